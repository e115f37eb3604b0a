//! `GET /keys/events`: what changes in the list of keys that a page shows, as server-sent events, while somebody looks at it.
//!
//! The list is looked at once a second rather than told of changes: so it shows what came by another server, by the
//! command line or by time alone, and no change needs to know of it. What is equal is not sent.

use super::door::{Door, failure};
use super::{Onlooker, Visitor, past_deadline, plain, unavailable};
use crate::AppState;
use crate::headers::RETRY_SECONDS;
use app::backend::Backend as _;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::{Failure, FirstCall, KeyCount, KeyId, KeyView, KeysNews, KeysPage};
use futures::stream;
use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Interval, MissedTickBehavior, interval};
use url::form_urlencoded;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Says that the connection stands, to proxies that close it otherwise.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

pub async fn keys(
    State(state): State<AppState>,
    uri: Uri,
    Onlooker(visitor): Onlooker,
) -> Response {
    if visitor.member.is_none() {
        // Nobody would see a page here. This is how browsers are told not to ask again.
        return StatusCode::NO_CONTENT.into_response();
    }
    let Ok(permit) = state.watching.clone().try_acquire_owned() else {
        let mut response = plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many pages are kept up to date at once. Reload the page to see what changed.",
        );
        let wait = HeaderValue::from(RETRY_SECONDS);
        response.headers_mut().insert(RETRY_AFTER, wait);
        return response;
    };
    let search = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(search.as_bytes());
    let awaited = pairs.find(|(name, _)| name == "await");
    let mut watch = Watch {
        search: search.to_owned(),
        awaited: awaited.and_then(|(_, id)| KeyId::parse(&id).ok()),
        shown: Shown::default(),
        looks: interval(LOOK_EVERY),
        _permit: permit,
        visitor,
        state,
    };
    watch
        .looks
        .set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first look comes before anything is said, so that a failure can still be.
    let first = match watch.look().await {
        Ok(first) => first,
        Err(Failure::Unavailable) => return unavailable(),
        Err(Failure::PastDeadline) => return past_deadline(),
        Err(Failure::NotFound) => return plain(StatusCode::NOT_FOUND, "There is no such list."),
        Err(_) => {
            return plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side.",
            );
        }
    };
    let events = stream::unfold((first, watch), |(ready, mut watch)| async move {
        let news = match ready {
            Some(news) => news,
            None => watch.next().await?,
        };
        // Plain data is always JSON.
        let event = Event::default().json_data(news).ok()?;
        Some((Ok::<_, Infallible>(event), (None, watch)))
    });
    let alive = KeepAlive::new().interval(ALIVE_EVERY);
    let mut response = Sse::new(events).keep_alive(alive).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would keep what is small until more comes.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// One page that is kept up to date.
struct Watch {
    state: AppState,
    visitor: Visitor,
    /// The page's own, which says what its list holds.
    search: String,
    /// The key whose first call is waited for.
    awaited: Option<KeyId>,
    shown: Shown,
    looks: Interval,
    _permit: OwnedSemaphorePermit,
}

impl Watch {
    /// What is new, once something is. `None` at the end: of the session, of the server, or where we cannot know.
    async fn next(&mut self) -> Option<KeysNews> {
        loop {
            tokio::select! {
                () = self.state.stopping.cancelled() => return None,
                _ = self.looks.tick() => {}
            }
            // A role that was changed holds at once, and a session that was ended shows nothing more.
            let token = self.visitor.token.as_ref()?;
            let member = self.state.service.member_looking_on(token).await;
            self.visitor.member = Some(member.ok()??);
            if let Some(news) = self.look().await.ok()? {
                return Some(news);
            }
        }
    }

    async fn look(&mut self) -> Result<Option<KeysNews>, Failure> {
        let door = Door::of(&self.state, &self.visitor);
        let page = door.keys(self.search.clone()).await?;
        let first_call = match (&self.awaited, &self.visitor.member) {
            (Some(id), Some(member)) => {
                let found = self.state.service.first_call(member, id).await;
                found.map_err(|error| failure(error, &self.visitor.request_id))?
            }
            _ => None,
        };
        Ok(self.shown.news(page, first_call))
    }
}

/// What the page knows.
#[derive(Default)]
struct Shown {
    order: Vec<KeyId>,
    keys: HashMap<KeyId, KeyView>,
    counted: Option<(KeyCount, bool)>,
    first_call: Option<FirstCall>,
}

impl Shown {
    /// What it does not know yet, and knows from now on.
    fn news(&mut self, page: KeysPage, first_call: Option<FirstCall>) -> Option<KeysNews> {
        let order: Vec<_> = page.keys.iter().map(|key| key.id.clone()).collect();
        let counted = Some((page.count, page.none));
        let keys = page.keys.iter();
        let changed: Vec<_> = keys
            .filter(|key| self.keys.get(&key.id) != Some(*key))
            .cloned()
            .collect();
        let same = changed.is_empty()
            && (&order, &counted, &first_call) == (&self.order, &self.counted, &self.first_call);
        if same {
            return None;
        }
        *self = Self {
            order: order.clone(),
            keys: page
                .keys
                .into_iter()
                .map(|key| (key.id.clone(), key))
                .collect(),
            counted,
            first_call: first_call.clone(),
        };
        Some(KeysNews {
            now: page.now.at,
            order,
            changed,
            count: page.count,
            none: page.none,
            first_call,
        })
    }
}
