//! Notices of bulk actions, which the list of keys shows.

use app::request::Flash;

/// Returns the confirmation of the bulk action that was just carried out.
pub fn done(Flash { word, number }: &Flash) -> Option<String> {
    let keys = if *number == 1 { "key" } else { "keys" };
    match word.as_str() {
        "revoke" => Some(format!("{number} {keys} revoked.")),
        "pause" => Some(format!(
            "{number} {keys} paused. Requests with them are rejected until you resume each on its page."
        )),
        "extend" => Some(format!("{number} {keys} extended.")),
        "resume" => Some(format!("{number} {keys} resumed.")),
        _ => None,
    }
}
