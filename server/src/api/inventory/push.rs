//! `POST /api/inventory`

use super::body::NewItems;
use super::preview::Preview;
use crate::AppState;
use crate::api::buffered_response::BufferedResponse;
use crate::api::idempotency::Idempotency;
use crate::api::parameters::Parameters;
use crate::api::parameters::descriptions::{FeedQuery, IdempotencyKeyHeader};
use crate::api::problem::{Entry, Problem};
use crate::api::scoped::InventoryPush;
use crate::api::scoped_body::ScopedBody;
use crate::api::text_body::FeedText;
use axum::extract::State;
use axum::http::StatusCode;
use files::feed::{self, Absent};
use serde::Serialize;
use service::KeyCaller;
use service::inventory::{
    CheckedFeed, EntryCode, EntryError, FeedMode, FeedOptions, FeedOutcome, FeedPreview,
    FeedReport, OnError, PreviewOutcome, Skipped, check_feed,
};
use service::refusal::Refusal;
use service::store::UpsertCounts;
use utoipa::ToSchema;

/// The example of [`NewItems`] in the other two formats.
const XML: &str = "<inventory><item><id>SKU001</id><name>Honda Accord 2024</name><category>Sedan</category>\
    <price>32500</price><attributes><attribute name=\"color\">red</attribute></attributes></item></inventory>";
const CSV: &str =
    "id,name,category,price,attributes.color\nSKU001,Honda Accord 2024,Sedan,32500,red\n";

const FEED_CHANGES_TOO_MUCH: &str = "The stored items that this feed changes contain more than 16 MiB of text in all. Send fewer items in one request.";

/// The result of a feed.
#[derive(Serialize, ToSchema)]
#[schema(as = FeedReport, example = json!({
    "received": 1, "created": 1, "updated": 0, "unchanged": 0, "removed": 0, "rejected": [], "rejected_count": 0
}))]
pub struct PushResponse<'a> {
    received: usize,
    created: u64,
    updated: u64,
    /// Items that were already stored like this.
    unchanged: u64,
    /// Items that a feed with `mode=replace` left out.
    removed: u64,
    /// With `on_error=skip`: the first of the skipped items, with at most 1,000 errors in all.
    rejected: Vec<RejectedItemResponse<'a>>,
    /// Number of skipped items, including those that do not fit in `rejected`.
    rejected_count: usize,
    /// Only with `dry_run=true`, where the counts above are those of the changes that would be
    /// made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<Preview>,
}

/// An item that was skipped.
#[derive(Serialize, ToSchema)]
#[schema(as = RejectedItem)]
struct RejectedItemResponse<'a> {
    /// Position in the feed, starting at 0.
    index: usize,
    /// In XML and CSV, the line on which the item begins; null in JSON.
    #[schema(required, minimum = 1)]
    line: Option<usize>,
    /// Null if the item has no ID, or one with more than 128 characters.
    #[schema(required)]
    id: Option<&'a str>,
    errors: Vec<Entry<'a>>,
}

/// Push items
///
/// Creates and updates up to 5,000 items in one request, as JSON, XML or CSV. Each item replaces
/// the stored one as a whole; sending the same items again is safe and changes nothing. Either all
/// items are stored or none. With `mode=replace`, one feed removes at most 10,000 items, and it
/// needs `allow_removal` to remove more than half of the items and more than 100. With
/// `dry_run=true`, nothing is changed, and the response shows what would change.
#[utoipa::path(
    post,
    path = "/api/inventory",
    tag = "Inventory",
    operation_id = "pushItems",
    params(FeedQuery, IdempotencyKeyHeader),
    security(("ApiKey" = ["inventory:write"])),
    request_body(description = "Items: at most 5,000 and 16 MiB", content(
        (NewItems = "application/json"),
        (String = "application/xml", example = json!(XML)),
        (String = "text/csv", example = json!(CSV)),
    )),
    responses((status = 200, description = "Stored", body = PushResponse))
)]
pub async fn push(
    State(state): State<AppState>,
    idempotency: Idempotency,
    parameters: Parameters<FeedQuery>,
    ScopedBody { scoped, body }: ScopedBody<InventoryPush, FeedText>,
) -> Result<BufferedResponse, Problem> {
    let FeedText { format, text } = body;
    let options = parameters.feed();
    // A bad body is reported before a bad parameter; nothing is stored either way. If the mode is
    // unknown, fields that a feed may leave out in any mode are not required.
    let check_options = options.as_ref().copied().unwrap_or(FeedOptions {
        mode: FeedMode::Update,
        on_error: OnError::Reject,
    });
    let currency = state
        .services
        .inventory
        .currency_for_key(&scoped.caller)
        .await?;
    let parse = move || -> Result<CheckedFeed, Refusal> {
        let drafts = feed::read(format, &text, Absent::of(check_options.mode))?;
        check_feed(drafts, check_options, currency).map_err(invalid)
    };
    let caller = &scoped.caller;
    let (account, sender) = (caller.account_id(), caller.actor());
    let feed = state.feeds.run(account, &sender, parse).await;
    let feed = feed.map_err(Refusal::from)??;
    if parameters.dry_run()? {
        return preview(&state, caller, feed, options?.mode).await;
    }
    let outcome = state
        .services
        .inventory
        .push(
            caller,
            &scoped.client(),
            feed,
            options?.mode,
            idempotency.response_builder(report_response).as_ref(),
        )
        .await?;
    match outcome {
        FeedOutcome::Stored(report) => Ok(report_response(&report)),
        FeedOutcome::Rejected(errors) => Err(invalid(errors).into()),
        FeedOutcome::ChangesTooMuch => Err(changes_too_much().into()),
        FeedOutcome::RemovesTooMany => Err(Refusal::ReplaceTooLarge.into()),
        FeedOutcome::RemovalNotAllowed(large) => Err(Refusal::from(large).into()),
    }
}

/// Answers a dry run. It changes nothing, so it is not kept under an idempotency key.
async fn preview(
    state: &AppState,
    caller: &KeyCaller,
    feed: CheckedFeed,
    mode: FeedMode,
) -> Result<BufferedResponse, Problem> {
    match state.services.inventory.preview(caller, feed, mode).await? {
        PreviewOutcome::WouldStore(preview) => {
            let FeedPreview {
                received,
                counts,
                skipped,
                ..
            } = &preview;
            let changes = Preview::from(&preview);
            Ok(push_response(*received, *counts, skipped, Some(changes)).do_not_store())
        }
        PreviewOutcome::Rejected(skipped) => Err(invalid(skipped.into_errors()).into()),
        PreviewOutcome::ChangesTooMuch => Err(changes_too_much().into()),
        PreviewOutcome::RemovesTooMany => Err(Refusal::ReplaceTooLarge.into()),
        PreviewOutcome::RemovalNotAllowed(large) => Err(Refusal::from(large).into()),
    }
}

fn report_response(report: &FeedReport) -> BufferedResponse {
    push_response(report.received, report.counts, &report.skipped, None)
}

fn push_response(
    received: usize,
    counts: UpsertCounts,
    skipped: &Skipped,
    preview: Option<Preview>,
) -> BufferedResponse {
    let mut listed = skipped.listed.clone();
    for item in &mut listed {
        let errors = std::mem::take(&mut item.errors);
        // The line and the id are those of the item, which has them already.
        let errors = under_items(errors).into_iter();
        let errors = errors.map(|error| EntryError::new(error.pointer, error.code, error.reason));
        item.errors = errors.collect();
    }
    let body = PushResponse {
        received,
        created: counts.created,
        updated: counts.updated,
        unchanged: counts.unchanged,
        removed: counts.removed,
        rejected: listed.iter().map(RejectedItemResponse::from).collect(),
        rejected_count: skipped.count,
        preview,
    };
    BufferedResponse::json(StatusCode::OK, &body)
}

impl<'a> From<&'a service::inventory::RejectedItem> for RejectedItemResponse<'a> {
    fn from(item: &'a service::inventory::RejectedItem) -> Self {
        Self {
            index: item.index,
            line: item.position.line,
            id: item.id.as_deref(),
            errors: item.errors.iter().map(Entry::from).collect(),
        }
    }
}

fn changes_too_much() -> Refusal {
    let error = EntryError::new("", EntryCode::OutOfRange, FEED_CHANGES_TOO_MUCH);
    invalid(vec![error])
}

fn invalid(errors: Vec<EntryError>) -> Refusal {
    Refusal::InvalidBody(under_items(errors))
}

/// The service counts from the list of items on, callers from the body on.
fn under_items(errors: Vec<EntryError>) -> Vec<EntryError> {
    let errors = errors.into_iter().map(|error| error.with_parent("/items"));
    errors.collect()
}
