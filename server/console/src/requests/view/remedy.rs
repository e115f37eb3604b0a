//! Remedies after a refused call: buttons and links.

use app::components::Icon;
use app::prelude::*;
use domain::{RefusalRemedy, RemedyAction};

/// Renders the change that a row of the list needs, or that its key has been changed.
pub fn remedy(remedy: RefusalRemedy) -> AnyView {
    match remedy {
        RefusalRemedy::Action(remedy) => action(remedy),
        RefusalRemedy::Fixed => view! {
            <span class="badge" data-status="active">
                <Icon name="#i-check"/>
                "Fixed"
            </span>
        },
    }
}

/// Renders a button that carries the action out, or a link that leads to it.
pub fn action(
    RemedyAction {
        label,
        name,
        href,
        is_immediate,
    }: RemedyAction,
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
