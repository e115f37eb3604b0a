//! What each page is called in the browser's tab and history.

/// Never holds anything that a person typed.
pub fn title(path: &str) -> &'static str {
    match path {
        "/sign-in" => "Sign in · Voxum Console",
        "/keys" => "API Keys · Voxum Console",
        "/keys/new" => "Create API Key · Voxum Console",
        "/inventory" => "Inventory · Voxum Console",
        _ if path.starts_with("/setup/") => "Set up · Voxum Console",
        _ if path.starts_with("/keys/") && path.ends_with("/revoke") => {
            "Revoke API key · Voxum Console"
        }
        _ => "Page not found · Voxum Console",
    }
}
