//! `GET /requests/new`: content of the frame on the Requests page, which reports the calls that
//! were refused since the page was rendered. It reloads itself, so that it works without script.

use super::filter::RefusalQuery;
use super::view;
use crate::backend::failure;
use crate::render::with_status;
use crate::{BackgroundVisitor, render};
use app::Content;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use service::refusals::MAX_NEW_REFUSALS;
use url::form_urlencoded;
use web::AppState;
use web::cursor::{ChangeList, read_change};

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
        // The session has ended. The frame remains as it is, and is not loaded again.
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
        return render::not_found(&state, &visitor).await;
    };
    let count = state.services.refusals.count_new(member, &filter, after);
    let count = match count
        .await
        .map_err(|error| failure(error, &visitor.request_id))
    {
        Ok(count) => count,
        Err(failure) => return with_status(render::not_found(&state, &visitor).await, &failure),
    };
    let (text, list) = (words(count), query.list().to_string());
    let content = Content::new(move || view::news_page(text.clone(), list.clone()));
    let page = render::show(&state, &visitor, uri.path(), content).await;
    let interval = if count == 0 {
        REFRESH_SECONDS
    } else {
        SLOW_REFRESH_SECONDS
    };
    render::framed(page, Some(interval))
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
