//! Notices of bulk actions, which the list of keys shows.

use app::request::Flash;

/// Returns the confirmation of the bulk action that was just carried out.
pub fn done(flash: &Flash) -> Option<String> {
    let number = flash.count();
    let keys = if number == 1 { "key" } else { "keys" };
    match flash.word.as_str() {
        "revoke" => Some(format!("{number} {keys} revoked.")),
        "pause" => Some(format!(
            "{number} {keys} paused. Requests with them are rejected until you resume each on its page."
        )),
        "extend" => Some(format!("{number} {keys} extended.")),
        "resume" => Some(format!("{number} {keys} resumed.")),
        _ => None,
    }
}
