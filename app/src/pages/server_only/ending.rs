//! The notice that a key expires soon.

use crate::components::{Notice, Tone};
use crate::prelude::*;
use domain::{KeyView, Timestamp, relative, seconds};

/// Renders the notice during a key's last 30 days, with a stronger wording in the last 7 days and
/// on the last one.
pub fn ending(key: &KeyView, now: Timestamp) -> AnyView {
    const WHAT_TO_DO: &str = "From then on every call with it is refused. Rotate it, so that its system gets a new key in time, or give it a later last day.";
    let Some(end) = key.expires.as_ref().filter(|_| key.status.is_live()) else {
        return erase(());
    };
    let within = |days: i64| end.at <= now.plus_seconds(days * seconds::DAY);
    let (tone, title) = if within(1) {
        (Tone::Warning, "This key expires within a day.")
    } else if within(7) {
        (Tone::Warning, "This key expires within 7 days.")
    } else if within(30) {
        (Tone::Info, "This key expires within 30 days.")
    } else {
        return erase(());
    };
    let text = format!(
        "It expires {}, on {}. {WHAT_TO_DO}",
        relative(end.at, now),
        end.exact
    );
    view! { <Notice tone=tone title=title text=text/> }
}
