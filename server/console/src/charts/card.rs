//! A card about the calls of a period.

use app::prelude::*;

/// Renders a card. `id` is that of its heading, and `period` is the covered time, such as "Last 7
/// days".
pub fn card(
    class: &'static str,
    id: &'static str,
    title: &'static str,
    period: &'static str,
    content: AnyView,
) -> AnyView {
    view! {
        <section class=class aria-labelledby=id>
            <div class="box-head">
                <h2 id=id>{title}</h2>
                <span class="second small">{period}</span>
            </div>
            {content}
        </section>
    }
}
