//! The frame on the Requests page that reports newer calls. It reloads itself.

use app::prelude::*;

/// `text` is the number of new calls, if there are any, and `list` the address of the list.
pub fn news_page(text: Option<String>, list: String) -> AnyView {
    let news = match text {
        None => erase("No new rejected requests"),
        Some(text) => view! {
            <a href=list target="_top">
                {text}
                " – show"
            </a>
        },
    };
    view! {
        <p class="news" role="status">
            {news}
        </p>
    }
}
