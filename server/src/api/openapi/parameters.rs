//! Descriptions of the parameters in paths, queries and headers, which `crate::api::parameters` and
//! its neighbours parse by hand.

use utoipa::IntoParams;

/// Of `GET /api/inventory`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct ItemsQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before, unchanged.
    #[param(max_length = 2048)]
    cursor: Option<String>,
    /// Only items of exactly this category.
    #[param(max_length = 256, example = "Sedan")]
    category: Option<String>,
    /// Only items whose id or name holds this text, in capitals or not.
    #[param(max_length = 256, example = "honda")]
    q: Option<String>,
    /// Only items whose `updated_at` is this time or later. To keep a copy, follow `/api/inventory/changes` instead, which
    /// misses nothing: `updated_at` is read before an item is stored, so an item can appear in this list some seconds
    /// after its `updated_at`, and removed items never do. If you poll by this parameter, go back five minutes
    /// before the beginning of your last poll, and expect items that you know already.
    #[param(format = DateTime, example = "2026-01-31T08:00:00Z")]
    updated_since: Option<String>,
}

/// Of `GET /api/leads`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// How many changes at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the answer before, unchanged.
    #[param(max_length = 2048)]
    cursor: Option<String>,
}

/// Of `GET /api/inventory/changes`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct ItemChangesQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the answer before, unchanged. Without it, the whole inventory is read.
    #[param(max_length = 2048)]
    cursor: Option<String>,
}

/// Of `POST /api/inventory`.
#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// `merge`: each item is stored whole; fields that it leaves out are empty afterwards, and stored items that the feed
    /// leaves out stay. `update`: for feeds that have only some fields, such as prices; fields that are left out stay, a field
    /// without a value (null, an empty cell, an empty element) is emptied, and an unknown id is an error of its item
    /// (`not_found`), since no item is created.
    ///
    /// `replace`: this one call holds the whole inventory, and stored items that it leaves out are removed. Do not
    /// use it for a feed that is sent in several calls: each would remove what the one before it stored.
    #[param(default = "merge")]
    mode: Option<String>,
    /// `reject`: one bad item, and nothing is stored. `skip`: bad items are passed over and listed in the answer; what is
    /// stored under their ids stays as it is, with `replace` too. With `replace`, a bad item whose id cannot be read has
    /// the feed refused, since what is stored under its id would be removed.
    #[param(default = "reject")]
    on_error: Option<String>,
    /// With `mode=replace`: the number of items that the feed may remove. Without it, a feed that would remove more than half
    /// of the items, and more than 100, is refused with `removal_not_allowed`, since a feed that was cut off would do so.
    #[param(minimum = 0, maximum = 10000)]
    allow_removal: Option<u64>,
    /// `true`: nothing is changed, and the answer has what would change in `preview`. The feed is refused for the same reasons
    /// as without `dry_run`. Stored values are shown, so the key needs `inventory:read`, too. Under an `Idempotency-Key`, a dry
    /// run is not kept.
    #[param(default = false)]
    dry_run: Option<bool>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Path)]
pub struct ItemPath {
    /// The item's id, percent-encoded (`/` as `%2F`).
    #[param(min_length = 1, max_length = 128, example = "SKU001")]
    id: String,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Path)]
pub struct LeadPath {
    /// The lead's id.
    #[param(max_length = 128, example = "0198c2a4-7d10-7e6b-a3f5-92c1b8d04e77")]
    id: String,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct KnownTag {
    /// An `ETag` that you have: answered with 304 where the item is still like that.
    #[param(rename = "If-None-Match", max_length = 4096)]
    if_none_match: Option<String>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct WantedTag {
    /// An `ETag`: the change happens only while the item is like that. `*`: only if it exists.
    #[param(rename = "If-Match", max_length = 4096)]
    if_match: Option<String>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct NoTag {
    /// `*`: the change happens only if the item does not exist.
    #[param(rename = "If-None-Match", max_length = 4096)]
    if_none_match: Option<String>,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "read by hand; this describes it")]
#[into_params(parameter_in = Header)]
pub struct OnceHeader {
    /// A text of your own, new for each thing to do, such as a UUID. If the same request (method, path, query, format and
    /// body) is sent again within 24 hours, it gets the first answer again and does nothing twice. Refusals are not kept:
    /// send the request again, corrected if need be, under the same key. The latest 10,000 of an account are known.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}
