//! `GET /keys/events`: changes of the list of keys that an open page shows, as server-sent events.
//!
//! The list is read once a second, for all pages that show it together. So it also shows changes by
//! other servers, by commands and by the passing of time, without a notification. Only differences
//! from the state that a page shows are sent.

use crate::backend::{ConsoleBackend, failure};
use crate::keys;
use crate::{BackgroundVisitor, Visitor, past_deadline, plain_text, unavailable};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::{Failure, FirstCallView, KeyCount, KeyId, KeyListUpdate, KeyView};
use futures::stream;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use url::form_urlencoded;
use web::AppState;
use web::http::headers::RETRY_SECONDS;
use web::live_streams::{POLL_INTERVAL, SharedList, SharedListKey, Snapshot, StreamSlot};

/// Interval of keep-alive comments, for proxies that close silent connections.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// Delay after which a browser reopens a stream that had to close for a newer one.
///
/// Without it, the pages of a member who has too many open would close each other's streams every
/// few seconds.
const REOPEN_AFTER: Duration = Duration::from_secs(60);

pub async fn keys(
    State(state): State<AppState>,
    uri: Uri,
    BackgroundVisitor(visitor): BackgroundVisitor,
) -> Response {
    let Some(member) = visitor.member.as_ref().map(service::Member::view) else {
        // The session has ended. After this status a browser does not reopen the stream.
        return StatusCode::NO_CONTENT.into_response();
    };
    let Some(slot) = state.live_streams.open(member.id) else {
        let mut response = plain_text(
            StatusCode::SERVICE_UNAVAILABLE,
            "Live updates are paused because too many pages are open. Reload the page to see changes.",
        );
        let wait = HeaderValue::from(RETRY_SECONDS);
        response.headers_mut().insert(RETRY_AFTER, wait);
        return response;
    };
    let search = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(search.as_bytes());
    let awaited = pairs.find(|(name, _)| name == "await");
    let awaited = awaited.and_then(|(_, id)| KeyId::parse(&id).ok());
    let list = state.live_streams.list(SharedListKey {
        account: member.account_id,
        address: keys::canonical_address(search),
        awaited: awaited.clone(),
    });
    let mut key_stream = KeyStream {
        search: search.to_owned(),
        awaited,
        list,
        sent: SentState::default(),
        ticks: interval(POLL_INTERVAL),
        slot,
        visitor,
        state,
    };
    key_stream
        .ticks
        .set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The list is first read before the response begins, so that a failure can still be its status.
    // An older result of another page could lack what this page already shows.
    let first = match key_stream.poll(Instant::now()).await {
        Ok(first) => first,
        Err(Failure::Unavailable) => return unavailable(),
        Err(Failure::PastDeadline) => return past_deadline(),
        Err(Failure::NotFound) => {
            return plain_text(StatusCode::NOT_FOUND, "There is no such list.");
        }
        Err(_) => {
            return plain_text(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side.",
            );
        }
    };
    let events = stream::unfold(Some((first, key_stream)), |state| async move {
        let (ready, mut key_stream) = state?;
        let next = match ready {
            Some(news) => StreamEvent::News(news),
            None => key_stream.next().await?,
        };
        let (event, state) = match next {
            // Plain data can always be represented as JSON.
            StreamEvent::News(news) => (
                Event::default().json_data(news).ok()?,
                Some((None, key_stream)),
            ),
            StreamEvent::Closed => (Event::default().retry(REOPEN_AFTER), None),
        };
        Some((Ok::<_, Infallible>(event), state))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE_INTERVAL);
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would buffer small pieces until more data arrives.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// One page that is kept up to date.
struct KeyStream {
    state: AppState,
    visitor: Visitor,
    /// Query of the page, which selects its list.
    search: String,
    /// The key whose first call the page waits for.
    awaited: Option<KeyId>,
    /// The list, shared with other pages that show it.
    list: Arc<SharedList>,
    sent: SentState,
    ticks: Interval,
    slot: StreamSlot,
}

/// Next step of a stream that does not end.
enum StreamEvent {
    News(KeyListUpdate),
    /// A newer stream of the member replaces this one.
    Closed,
}

impl KeyStream {
    /// Waits for a change of the list.
    ///
    /// Returns `None` when the session ends, when the server stops, and when the database does not
    /// answer.
    async fn next(&mut self) -> Option<StreamEvent> {
        loop {
            tokio::select! {
                () = self.state.stopping.cancelled() => return None,
                () = self.slot.closed() => return Some(StreamEvent::Closed),
                _ = self.ticks.tick() => {}
            }
            // The session is checked before each poll, so that nothing more is sent after it has
            // ended.
            let token = self.visitor.token.as_ref()?;
            let member = self
                .state
                .services
                .sessions
                .member_without_renewal(token)
                .await;
            self.visitor.member = Some(member.ok()??);
            let since = Instant::now() - POLL_INTERVAL;
            // A result of another page is recent enough if it is not older than one interval.
            if let Some(news) = self.poll(since).await.ok()? {
                return Some(StreamEvent::News(news));
            }
        }
    }

    /// Returns the changes since this page was last updated, as of `since` or later.
    async fn poll(&mut self, since: Instant) -> Result<Option<KeyListUpdate>, Failure> {
        let query = async {
            let backend = ConsoleBackend::of(&self.state, &self.visitor);
            let page = backend.list_keys_without_calls(&self.search).await?;
            let first_call = match (&self.awaited, &self.visitor.member) {
                (Some(id), Some(member)) => {
                    let call = self.state.services.keys.first_call(member, id).await;
                    let call = call.map_err(|error| failure(error, &self.visitor.request_id))?;
                    let public_url = self.state.public_url.origin();
                    call.map(|call| keys::first_call(call, member, public_url))
                }
                _ => None,
            };
            Ok(Snapshot { page, first_call })
        };
        let snapshot = self.list.poll(since, query).await?;
        Ok(self.sent.news(&snapshot))
    }
}

/// State that the page shows.
#[derive(Default)]
struct SentState {
    order: Vec<KeyId>,
    keys: HashMap<KeyId, KeyView>,
    count: Option<(KeyCount, bool)>,
    view_counts: Vec<String>,
    first_call: Option<FirstCallView>,
}

impl SentState {
    /// Returns the differences from the state that the page shows, and updates it.
    fn news(&mut self, snapshot: &Snapshot) -> Option<KeyListUpdate> {
        let Snapshot { page, first_call } = snapshot;
        let order: Vec<_> = page.keys.iter().map(|key| key.id.clone()).collect();
        let count = Some((page.count, page.no_keys));
        let first_call = first_call.clone();
        let views = page.context.views.iter();
        let view_counts: Vec<_> = views.filter_map(|view| view.count.clone()).collect();
        let keys = page.keys.iter();
        let changed: Vec<_> = keys
            .filter(|key| self.keys.get(&key.id) != Some(*key))
            .cloned()
            .collect();
        let same = changed.is_empty()
            && view_counts == self.view_counts
            && (&order, &count, &first_call) == (&self.order, &self.count, &self.first_call);
        if same {
            return None;
        }
        *self = Self {
            order: order.clone(),
            keys: page
                .keys
                .iter()
                .map(|key| (key.id.clone(), key.clone()))
                .collect(),
            count,
            view_counts: view_counts.clone(),
            first_call: first_call.clone(),
        };
        Some(KeyListUpdate {
            now: page.now.at,
            order,
            changed,
            count: page.count,
            view_counts,
            no_keys: page.no_keys,
            first_call,
        })
    }
}
