//! Statements and rows. Changes of items.

use crate::error::CorruptValue;
use crate::ports::columns::number;
use crate::ports::item_row::{ItemRow, bytes, columns};
use domain::Timestamp;
use service::inventory::StoredItem;
use service::store::{ItemFeed, RemovedItem};

pub(crate) const FEED: &str = "SELECT last_change, forgotten FROM item_feeds WHERE account_id = $1";

/// Stores the number of a change.
pub(crate) const NUMBER: &str = "
    INSERT INTO item_feeds (account_id, last_change, changed_at)
    VALUES ($1, $2, $3)
    ON CONFLICT (account_id) DO UPDATE SET last_change = excluded.last_change, changed_at = excluded.changed_at";

/// The items after the cursor (`$2`, `$3`) up to the number `$4` that fit into `$6` bytes, each
/// with the number of items that the page would have without that limit. See
/// [`PAGE`](crate::ports::inventory::PAGE).
pub(crate) const LIST_CHANGED: &str = concat!(
    "WITH page AS (
        SELECT i.id, i.change_number, ",
    bytes!(),
    " AS size FROM items i
        WHERE i.account_id = $1 AND (i.change_number, i.id) > ($2, $3) AND i.change_number <= $4
        ORDER BY i.change_number, i.id LIMIT +$5
    ), fitting AS (
        SELECT id, change_number, size, sum(size) OVER (ORDER BY change_number, id) AS total, count(*) OVER () AS listed
        FROM page
    )
    SELECT ",
    columns!(),
    ", i.change_number, f.listed
    FROM fitting f CROSS JOIN items i JOIN accounts a ON a.id = i.account_id
    WHERE i.account_id = $1 AND i.id = f.id AND (f.total <= $6 OR f.total = f.size)
    ORDER BY f.change_number, f.id"
);

/// The removals after the cursor (`$2`, `$3`) up to the number `$4`.
pub(crate) const LIST_REMOVED: &str = "
    SELECT id, change_number, deleted_at FROM removed_items
    WHERE account_id = $1 AND (change_number, id) > ($2, $3) AND change_number <= $4
    ORDER BY change_number, id LIMIT +$5";

/// The account of the oldest removal, if that happened at `$1` or before.
pub(crate) const OLDEST: &str = "
    SELECT account_id FROM removed_items WHERE deleted_at <= $1 ORDER BY deleted_at, account_id LIMIT 1";

/// The greatest number of an account's removals that happened at `$2` or before.
pub(crate) const LAST_OLD: &str = "
    SELECT max(change_number) FROM removed_items WHERE deleted_at <= $2 AND account_id = $1";

/// The number of the removal that follows the latest `$2` ones.
pub(crate) const LAST_BEYOND: &str = "
    SELECT change_number FROM removed_items WHERE account_id = $1
    ORDER BY change_number DESC, id DESC LIMIT 1 OFFSET $2";

/// Deletes up to `$3` removals of an account with numbers up to `$2`.
pub(crate) const FORGET: &str = "
    DELETE FROM removed_items WHERE account_id = $1 AND id IN (
        SELECT id FROM removed_items WHERE account_id = $1 AND change_number <= $2
        ORDER BY change_number, id LIMIT +$3
    ) RETURNING change_number";

pub(crate) const SET_FORGOTTEN: &str = "
    UPDATE item_feeds SET forgotten = $2 WHERE account_id = $1 AND forgotten < $2";

#[derive(sqlx::FromRow)]
pub(crate) struct FeedRow {
    pub(crate) last_change: i64,
    pub(crate) forgotten: i64,
}

impl TryFrom<FeedRow> for ItemFeed {
    type Error = CorruptValue;

    fn try_from(row: FeedRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            last_change: number(row.last_change, "item_feeds.last_change")?,
            forgotten: number(row.forgotten, "item_feeds.forgotten")?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct ChangedItemRow {
    #[sqlx(flatten)]
    item: ItemRow,
    change_number: i64,
}

impl TryFrom<ChangedItemRow> for (u64, StoredItem) {
    type Error = CorruptValue;

    fn try_from(row: ChangedItemRow) -> Result<Self, CorruptValue> {
        let number = number(row.change_number, "items.change_number")?;
        Ok((number, row.item.try_into()?))
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct RemovedItemRow {
    id: String,
    change_number: i64,
    deleted_at: i64,
}

impl TryFrom<RemovedItemRow> for (u64, RemovedItem) {
    type Error = CorruptValue;

    fn try_from(row: RemovedItemRow) -> Result<Self, CorruptValue> {
        let number = number(row.change_number, "removed_items.change_number")?;
        let removed = RemovedItem {
            id: row.id,
            at: Timestamp::from_millis(row.deleted_at),
        };
        Ok((number, removed))
    }
}
