//! A form with help beside it.

use app::prelude::*;

/// Renders a form, and advice that wide screens show beside it and others below it.
pub fn with_help(title: &'static str, advice: &[&'static str], form: AnyView) -> AnyView {
    let advice = advice.iter().map(|text| view! { <li>{*text}</li> });
    let advice = advice.collect_view();
    view! {
        <div class="with-aside">
            <div class="narrow">{form}</div>
            <aside class="help" aria-labelledby="help">
                <h2 id="help">{title}</h2>
                <ul>{advice}</ul>
            </aside>
        </div>
    }
}
