//! That a key is about to end.

use crate::components::{Notice, Tone};
use crate::lean::plain;
use domain::{KeyView, Timestamp, relative};
use leptos::prelude::*;

/// In its last 30 days, with a stronger word in the last 7 and in the last one.
pub fn ending(key: &KeyView, now: Timestamp) -> AnyView {
    const WHAT_TO_DO: &str = "From then on every call with it is refused. Rotate it, so that its system gets a new key in time, or give it a later last day.";
    let Some(end) = key.expires.as_ref().filter(|_| key.status.is_live()) else {
        return plain(());
    };
    let within = |days: i64| end.at <= now.plus_seconds(days * 86_400);
    let (tone, title) = if within(1) {
        (Tone::Warning, "This key ends within a day.")
    } else if within(7) {
        (Tone::Warning, "This key ends within 7 days.")
    } else if within(30) {
        (Tone::Info, "This key ends within 30 days.")
    } else {
        return plain(());
    };
    let text = format!(
        "It ends {}, on {}. {WHAT_TO_DO}",
        relative(end.at, now),
        end.exact
    );
    plain(view! { <Notice tone=tone title=title text=text/> })
}
