//! Descriptions of the parameters in paths, queries and headers, which the modules of the API parse
//! by hand.

use utoipa::IntoParams;

/// Of `GET /api/inventory`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct ItemsQuery {
    /// Maximum number of items.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the previous page, unchanged.
    #[param(max_length = 2048)]
    cursor: Option<String>,
    /// Only items of exactly this category.
    #[param(max_length = 256, example = "Sedan")]
    category: Option<String>,
    /// Only items whose ID or name contains this text, ignoring case.
    #[param(max_length = 256, example = "honda")]
    q: Option<String>,
    /// Only items whose `updated_at` is this time or later. To keep a copy, follow
    /// `/api/inventory/changes` instead, which misses nothing: `updated_at` is set before an item
    /// is stored, so an item can appear in this list some seconds after its `updated_at`, and
    /// removed items never do. If you poll with this parameter, go back to five minutes before your
    /// last poll began, and expect items that you have already.
    #[param(format = DateTime, example = "2026-01-31T08:00:00Z")]
    updated_since: Option<String>,
}

/// Of `GET /api/leads`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Maximum number of changes.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the previous response, unchanged.
    #[param(max_length = 2048)]
    cursor: Option<String>,
}

/// Of `GET /api/inventory/changes`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct ItemChangesQuery {
    /// Maximum number of items.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the previous response, unchanged. Without it, the whole inventory is
    /// read.
    #[param(max_length = 2048)]
    cursor: Option<String>,
}

/// Of `POST /api/inventory`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// `merge`: each item replaces the stored one; fields that it leaves out are emptied, and
    /// stored items that the feed leaves out are kept. `update`: for feeds that have only some
    /// fields, such as prices; fields that are left out are kept, a field without a value (null, an
    /// empty cell, an empty element) is emptied, and an unknown ID is an error of its item
    /// (`not_found`), since no item is created.
    ///
    /// `replace`: this one request contains the whole inventory, and stored items that it leaves
    /// out are removed. Do not use it for a feed that is sent in several requests: each would
    /// remove what the previous one stored.
    #[param(default = "merge")]
    mode: Option<String>,
    /// `reject`: if one item is bad, nothing is stored. `skip`: bad items are skipped and listed in
    /// the response; what is stored under their IDs is kept, also with `replace`. With `replace`, a
    /// feed with a bad item whose ID cannot be read is rejected, since what is stored under its ID
    /// would be removed.
    #[param(default = "reject")]
    on_error: Option<String>,
    /// With `mode=replace`: the number of items that the feed may remove. Without it, a feed that
    /// would remove more than half of the items, and more than 100, is rejected with
    /// `removal_not_allowed`, since it may have been cut off.
    #[param(minimum = 0, maximum = 10000)]
    allow_removal: Option<u64>,
    /// `true`: nothing is changed, and `preview` in the response lists what would change. The feed
    /// is rejected for the same reasons as without `dry_run`. The response contains stored values,
    /// so the key also needs `inventory:read`. A dry run is not recorded under its
    /// `Idempotency-Key`.
    #[param(default = false)]
    dry_run: Option<bool>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Path)]
pub struct ItemPath {
    /// The item's ID, percent-encoded (`/` as `%2F`).
    #[param(min_length = 1, max_length = 128, example = "SKU001")]
    id: String,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Path)]
pub struct LeadPath {
    /// The lead's ID.
    #[param(max_length = 128, example = "0198c2a4-7d10-7e6b-a3f5-92c1b8d04e77")]
    id: String,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct IfNoneMatchHeader {
    /// An `ETag` that you have: if the item has not changed since, the response is 304.
    #[param(rename = "If-None-Match", max_length = 4096)]
    if_none_match: Option<String>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// An `ETag`: the change is made only if the item has not changed since. `*`: only if the item
    /// exists.
    #[param(rename = "If-Match", max_length = 4096)]
    if_match: Option<String>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct IfAbsentHeader {
    /// `*`: the change is made only if the item does not exist.
    #[param(rename = "If-None-Match", max_length = 4096)]
    if_none_match: Option<String>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKeyHeader {
    /// A text of your own, new for each operation, such as a UUID. If the same request (method,
    /// path, query, format and body) is sent again within 24 hours, it gets the first response
    /// again and is not carried out a second time. Errors are not kept: send the request again,
    /// corrected if necessary, with the same key. The server keeps the latest 10,000 keys of an
    /// account.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}
