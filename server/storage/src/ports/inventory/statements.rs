//! Statements. Inventory items.

use crate::bulk_query::BulkStatement;
use crate::ports::item_row::{bytes, columns};

/// Creates or replaces items with different ids, in one statement: SQLite's writer is blocked while
/// they are stored, and PostgreSQL may be far away.
///
/// Returns the revision of each item that changed, which is 1 for a new one.
pub(crate) const UPSERT: BulkStatement = BulkStatement {
    columns:
        "account_id, id, name, category, price, exact_price, currency, description, url, image_url,
        available, attributes, updated_at, search, change_number",
    // Without a `WHERE`, SQLite would parse `ON` as part of a join.
    statement: "
    INSERT INTO items
        (account_id, id, name, category, price, exact_price, currency, description, url, image_url,
         available, attributes, updated_at, search, change_number, revision)
    SELECT account_id, id, name, category, price, exact_price, currency, description, url, image_url,
        available, attributes, updated_at, search, change_number, 1
    FROM given WHERE true
    ON CONFLICT (account_id, id) DO UPDATE SET
        name = excluded.name,
        category = excluded.category,
        price = excluded.price,
        exact_price = excluded.exact_price,
        currency = excluded.currency,
        description = excluded.description,
        url = excluded.url,
        image_url = excluded.image_url,
        available = excluded.available,
        attributes = excluded.attributes,
        updated_at = excluded.updated_at,
        search = excluded.search,
        change_number = excluded.change_number,
        revision = items.revision + 1
    WHERE items.name IS DISTINCT FROM excluded.name
        OR items.category IS DISTINCT FROM excluded.category
        OR items.price IS DISTINCT FROM excluded.price
        OR items.exact_price IS DISTINCT FROM excluded.exact_price
        OR coalesce(items.currency, (SELECT coalesce(a.earlier_currency, a.currency) FROM accounts a
            WHERE a.id = items.account_id)) IS DISTINCT FROM excluded.currency
        OR items.description IS DISTINCT FROM excluded.description
        OR items.url IS DISTINCT FROM excluded.url
        OR items.image_url IS DISTINCT FROM excluded.image_url
        OR items.available IS DISTINCT FROM excluded.available
        OR items.attributes IS DISTINCT FROM excluded.attributes
    RETURNING revision",
};

/// Up to `$2` item ids of an account.
pub(crate) const IDS: &str = "SELECT id FROM items WHERE account_id = $1 LIMIT +$2";

pub(crate) const DELETE: &str = "DELETE FROM items WHERE account_id = $1 AND id = $2";

/// Deletes many items of one account.
pub(crate) const DELETE_MANY: BulkStatement = BulkStatement {
    columns: "account_id, id",
    statement: "
    DELETE FROM items
    WHERE account_id = (SELECT account_id FROM given LIMIT 1) AND id IN (SELECT id FROM given)",
};

/// A filter that is not set is NULL. The casts give PostgreSQL the type of the NULL.
///
/// The parameter `$lower` is the pattern for items that an older version stored, which only
/// lower-cased their texts. It is NULL if the pattern is the same.
///
/// `$attributes` and `$typed` are patterns for the JSON of the attributes, or NULL if the search is
/// not about them. SQLite converts only ASCII to lower case, so the second one has the other
/// letters as they were typed.
macro_rules! filtered {
    ($lower:literal, $attributes:literal, $typed:literal) => {
        concat!(
            "i.account_id = $1
            AND (CAST($2 AS TEXT) IS NULL OR i.category = $2)
            AND (CAST($3 AS TEXT) IS NULL OR i.search LIKE $3 ESCAPE '!'
                OR i.search LIKE CAST(",
            $lower,
            " AS TEXT) ESCAPE '!'
                OR (CAST(",
            $attributes,
            " AS TEXT) IS NOT NULL AND (lower(i.attributes) LIKE ",
            $attributes,
            " ESCAPE '!' OR lower(i.attributes) LIKE CAST(",
            $typed,
            " AS TEXT) ESCAPE '!')))
            AND (CAST($4 AS BIGINT) IS NULL OR i.updated_at >= $4)"
        )
    };
}

pub(crate) const COUNT: &str = concat!(
    "SELECT count(*) FROM items i WHERE ",
    filtered!("$7", "$8", "$9"),
    " AND i.id > $5 AND i.id <= $6"
);

/// The ids at the positions `$3` and `$3 + 1` after the id `$2`, counted from zero.
///
/// Both databases read the index of the primary key for this, so 10,000 entries take a few
/// milliseconds at most: 0.4 in SQLite and 1.9 in PostgreSQL, which also visits the items that were
/// changed since its last vacuum.
pub(crate) const END: &str =
    "SELECT id FROM items WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT 2 OFFSET $3";

/// The items of a page up to the id `$8` that fit into `$7` bytes, each with the number of items
/// that the page would have without that limit.
///
/// The first item fits however large it is. Sizes are read before texts, so that no more text is
/// read than fits. No item has an empty id, so `$5 = ''` starts at the first item. SQLite joins the
/// tables of a `CROSS JOIN` in the order in which they are written.
pub(crate) const PAGE: &str = concat!(
    "WITH page AS (
        SELECT i.id, ",
    bytes!(),
    " AS size FROM items i WHERE ",
    filtered!("$9", "$10", "$11"),
    " AND i.id > $5 AND i.id <= $8 ORDER BY i.id LIMIT +$6
    ), fitting AS (
        SELECT id, size, sum(size) OVER (ORDER BY id) AS total, count(*) OVER () AS listed FROM page
    )
    SELECT ",
    columns!(),
    ", f.listed
    FROM fitting f CROSS JOIN items i JOIN accounts a ON a.id = i.account_id
    WHERE i.account_id = $1 AND i.id = f.id AND (f.total <= $7 OR f.total = f.size)
    ORDER BY i.id"
);

/// Items of one account by their ids.
pub(crate) const FIND_MANY: BulkStatement = BulkStatement {
    columns: "account_id, id",
    statement: concat!(
        "SELECT ",
        columns!(),
        " FROM items i JOIN accounts a ON a.id = i.account_id
    WHERE i.account_id = (SELECT account_id FROM given LIMIT 1) AND i.id IN (SELECT id FROM given)"
    ),
};

/// Up to `$2` item ids of an account, with the size of each item as quotas count it.
pub(crate) const SIZES: &str = concat!(
    "SELECT i.id, CAST(",
    bytes!(),
    " + coalesce(octet_length(i.currency), 0) AS BIGINT) FROM items i WHERE i.account_id = $1 ORDER BY i.id LIMIT +$2"
);

/// Returns the pattern that finds `folded` anywhere in a text.
pub(crate) fn contains(folded: &str) -> String {
    let mut pattern = String::with_capacity(folded.len() + 2);
    pattern.push('%');
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM items i JOIN accounts a ON a.id = i.account_id WHERE i.account_id = $1 AND i.id = $2"
);
