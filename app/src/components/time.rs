//! A relative time, with the exact time available.

use super::Clock;
use crate::prelude::*;
use domain::{DisplayTime, relative, relative_in_short};

/// A relative time such as "3 minutes ago". When [`TimesSwitch`] is on, the exact time replaces it,
/// so that keyboard and touch users can read it as well as mouse users. On pages without the
/// module, `frontend/src/console.js` keeps it right.
#[component]
pub fn Time(
    moment: DisplayTime,
    clock: Clock,
    /// Abbreviates the unit, for the columns of a table.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let DisplayTime { at, iso, exact, .. } = moment;
    let write = if short { relative_in_short } else { relative };
    view! {
        <time datetime=iso title=exact data-relative="">
            <span class="ago">{Signal::derive(move || write(at, clock.now()))}</span>
            <span class="exact">{exact.clone()}</span>
        </time>
    }
}

/// Renders the hour and minute at which data was read.
pub fn minute(now: &DisplayTime) -> AnyView {
    view! {
        <time datetime=now.iso.clone() title=now.exact.clone()>
            {now.minute().to_owned()}
        </time>
    }
}

/// A switch that shows all times of the page exactly. It works with CSS alone; if a script runs,
/// the choice applies to all pages.
#[component]
pub fn TimesSwitch() -> impl IntoView {
    view! {
        <label class="switch">
            <input type="checkbox" id="exact-times" role="switch"/>
            "Exact times"
        </label>
    }
}
