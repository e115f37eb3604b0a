//! A time in words, with the exact one at hand.

use super::Clock;
use crate::lean::plain;
use domain::{Moment, relative};
use leptos::prelude::*;

/// "3 minutes ago". The exact time takes the words' place where [`TimesSwitch`] is on, which a keyboard and a finger
/// reach as well as a mouse does.
#[component]
pub fn Time(moment: Moment, clock: Clock) -> impl IntoView {
    let Moment { at, iso, exact, .. } = moment;
    plain(view! {
        <time datetime=iso title=exact>
            <span class="ago">{Signal::derive(move || relative(at, clock.now()))}</span>
            <span class="exact">{exact.clone()}</span>
        </time>
    })
}

/// "11 Jan 2027": a day that was agreed on, and that words would only blur.
#[component]
pub fn Day(moment: Moment) -> impl IntoView {
    let Moment {
        iso, exact, day, ..
    } = moment;
    plain(view! {
        <time datetime=iso title=exact>
            <span class="ago">{day}</span>
            <span class="exact">{exact.clone()}</span>
        </time>
    })
}

/// Shows every time of the page exactly. It works by style alone; if a script runs, the choice holds for all pages.
#[component]
pub fn TimesSwitch() -> impl IntoView {
    plain(view! {
        <label class="switch">
            <input type="checkbox" id="exact-times" role="switch"/>
            "Exact times"
        </label>
    })
}
