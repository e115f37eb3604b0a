//! The change by which further calls like a refused one are accepted.

use app::prelude::*;
use domain::RefusalAct;

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
