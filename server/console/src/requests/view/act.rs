//! Changes that help after a refused call.

use app::components::Icon;
use app::prelude::*;
use domain::{RefusalAct, RefusalRemedy};

/// Renders the change that a row of the list needs, or that its key has been changed.
pub fn remedy(remedy: RefusalRemedy) -> AnyView {
    match remedy {
        RefusalRemedy::Act(change) => act(change),
        RefusalRemedy::Fixed => view! {
            <span class="badge" data-status="active">
                <Icon name="#i-check"/>
                "Fixed"
            </span>
        },
    }
}

/// Renders a link or a button that leads to the change.
pub fn act(
    RefusalAct {
        label,
        name,
        href,
        is_immediate,
    }: RefusalAct,
) -> AnyView {
    if is_immediate {
        return view! {
            <form method="post" action=href>
                <button type="submit" class="button small" aria-label=name>
                    {label}
                </button>
            </form>
        };
    }
    view! {
        <a class="button small" href=href aria-label=name>
            {label}
        </a>
    }
}
