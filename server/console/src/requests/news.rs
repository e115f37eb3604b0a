//! `GET /requests/new`: reports the calls that were refused since the Requests page was rendered.
//!
//! Without script, this is the content of a frame on the page, which reloads itself. The script of
//! the page requests the list as well, and puts new rows into the page.

use super::filter::RefusalQuery;
use super::view::News;
use super::{page, view};
use crate::backend::failure;
use crate::{BackgroundVisitor, render};
use app::Content;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use service::refusals::MAX_NEW_REFUSALS;
use service::store::RefusalFilter;
use service::{Error, Member};
use url::form_urlencoded;
use web::AppState;
use web::cursor::{ChangeList, read_change};
use web::words::time::display_time;

/// Interval between two counts while nothing is new, in seconds.
const REFRESH_SECONDS: &str = "5";
/// Interval once there is a link, which loses the focus when the frame is loaded again.
const SLOW_REFRESH_SECONDS: &str = "30";

pub async fn news(
    State(state): State<AppState>,
    uri: Uri,
    BackgroundVisitor(visitor): BackgroundVisitor,
) -> Response {
    let Some(member) = &visitor.member else {
        // The session has ended. The frame remains as it is, and is not loaded again; the script
        // loads the page again, which leads to the sign-in page.
        return StatusCode::NO_CONTENT.into_response();
    };
    let search = uri.query().unwrap_or_default().as_bytes();
    let asked = |name: &str| {
        let mut pairs = form_urlencoded::parse(search);
        let pair = pairs.find(|(other, _)| other == name);
        pair.map(|(_, value)| value.into_owned())
    };
    let query = RefusalQuery::read(asked);
    let after = asked("after").and_then(|text| read_change(ChangeList::Refusals, &text));
    let (Some(after), Some(filter)) = (after, query.parse()) else {
        return render::not_found(&state, &visitor, uri.path()).await;
    };
    let with_list = asked("list").is_some();
    let news = load(&state, member, &query, &filter, after, with_list);
    let news = match news
        .await
        .map_err(|error| failure(error, &visitor.request_id))
    {
        Ok(news) => news,
        Err(failure) => return render::failed(&state, &visitor, uri.path(), &failure).await,
    };
    let is_quiet = news.text.is_none();
    let list = query.list().to_string();
    let content = Content::new(move || {
        if with_list {
            view::update_page(news.clone())
        } else {
            view::news_page(news.text.clone(), list.clone())
        }
    });
    if with_list {
        return render::answer(&state, &visitor, uri.path(), content).await;
    }
    let page = render::answer_uncompressed(&state, &visitor, uri.path(), content).await;
    let interval = if is_quiet {
        REFRESH_SECONDS
    } else {
        SLOW_REFRESH_SECONDS
    };
    render::framed(page, Some(interval))
}

async fn load(
    state: &AppState,
    member: &Member,
    query: &RefusalQuery,
    filter: &RefusalFilter,
    after: u64,
    with_list: bool,
) -> Result<News, Error> {
    let count = state.services.refusals.count_new(member, filter, after);
    let text = words(count.await?);
    let list = match text {
        Some(_) if with_list => Some(page::list(state, member, query, None).await?),
        _ => None,
    };
    let summary = match &list {
        Some(list) if list.matches.is_some() => list.matches.clone(),
        _ if with_list && query.is_empty() => page::totals(state, member).await,
        _ => None,
    };
    let now = state.services.clock.now();
    Ok(News {
        text,
        list,
        summary,
        now: display_time(now, member.time_zone()),
    })
}

/// Returns the number of new calls in words, if there are any.
fn words(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 new rejected request".to_owned()),
        _ if count >= MAX_NEW_REFUSALS as usize => {
            Some(format!("{MAX_NEW_REFUSALS} or more new rejected requests"))
        }
        _ => Some(format!("{count} new rejected requests")),
    }
}
