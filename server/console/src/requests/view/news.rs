//! Reports of newer rejected requests: in a frame that reloads itself, and to a script.

use super::filters::list_filters;
use super::follow::follow;
use super::summary::summary;
use super::table;
use app::components::{Clock, minute};
use app::prelude::*;
use domain::{DisplayTime, RefusalList};

/// Requests that are newer than an open list.
#[derive(Debug, Clone)]
pub struct News {
    /// Number of new calls in words, if there are any.
    pub text: Option<String>,
    /// The first page of the list, if it was asked for and there are new calls.
    pub list: Option<RefusalList>,
    /// The numbers of all requests, if the list was asked for. With filters, the number of those
    /// that match, if there are new ones.
    pub summary: Option<String>,
    pub now: DisplayTime,
}

/// Renders the content of the frame. `text` is the number of new requests, if there are any, and
/// `list` the address of the list.
pub fn news_page(text: Option<String>, list: String) -> AnyView {
    let news = match text {
        None => erase("No newer rejected requests"),
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

/// Renders what the script of an open list puts into its page: the time, the numbers of
/// requests, and if there are new ones, their number and the first page of the list.
pub fn update_page(news: News) -> AnyView {
    let News {
        text,
        list,
        summary: sentence,
        now,
    } = news;
    let clock = Clock::start(now.at);
    let list = list.map(|list| {
        // The time makes two reports differ, so that a screen reader reads the second as well.
        let text = format!("{} at {}", text.unwrap_or_default(), now.time_of_day());
        let filters = list_filters(&list);
        view! {
            {list.news.as_deref().map(|news| follow(news, text))}
            {filters}
            {table::list(list, clock)}
        }
    });
    view! {
        <p class="updated">{minute(&now)}</p>
        {sentence.map(summary)}
        {list}
    }
}
