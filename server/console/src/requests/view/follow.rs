//! The line above the list that reports newer requests.

use app::prelude::*;

/// Renders the report of newer requests: a line that the script of the page updates, or without
/// script the frame at `news`.
pub fn following(news: &str) -> AnyView {
    let src = news.to_owned();
    view! {
        {follow(news, "New rejected requests appear automatically.".to_owned())}
        <noscript class="news-fallback">
            <iframe class="news-frame" src=src title="New rejected requests"></iframe>
        </noscript>
    }
}

/// Renders the line in which the script reports new requests, with the address that the script
/// loads.
pub fn follow(news: &str, text: String) -> AnyView {
    view! {
        <p class="news scripted" role="status" data-follow=format!("{news}&list=yes")>
            {text}
        </p>
    }
}
