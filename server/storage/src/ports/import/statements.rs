//! Statements and rows. Files that members import in the console.

use crate::error::CorruptValue;
use crate::ports::columns::number;
use domain::Timestamp;
use service::store::StoredImport;

pub(crate) const FORGET_PARTS: &str = "
    DELETE FROM import_parts
    WHERE import_id IN (SELECT id FROM imports WHERE account_id = $1 AND member_id = $2)";

pub(crate) const FORGET: &str = "DELETE FROM imports WHERE account_id = $1 AND member_id = $2";

/// Total size in bytes of the files that are not imported yet.
pub(crate) const PENDING: &str = "
    SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM imports
    WHERE account_id = $1 AND created_at > $2 AND result IS NULL";

pub(crate) const INSERT: &str = "
    INSERT INTO imports (id, account_id, member_id, file_name, size, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)";

pub(crate) const ADD_PART: &str =
    "INSERT INTO import_parts (import_id, number, bytes) VALUES ($1, $2, $3)";

/// An empty `$3` matches any id.
pub(crate) const FIND: &str = "
    SELECT id, file_name, size, created_at, choices, result FROM imports
    WHERE account_id = $1 AND member_id = $2 AND (id = $3 OR $3 = '') AND created_at > $4";

pub(crate) const PARTS: &str = "
    SELECT p.bytes FROM imports i JOIN import_parts p ON p.import_id = i.id
    WHERE i.account_id = $1 AND i.member_id = $2 AND i.id = $3
    ORDER BY p.number";

pub(crate) const CHOOSE: &str = "
    UPDATE imports SET choices = $4
    WHERE account_id = $1 AND member_id = $2 AND id = $3 AND created_at > $5 AND result IS NULL";

pub(crate) const FINISH: &str = "
    UPDATE imports SET result = $4
    WHERE account_id = $1 AND member_id = $2 AND id = $3 AND result IS NULL";

pub(crate) const REMEMBER: &str = "
    INSERT INTO import_mappings (account_id, header, mapping, used_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account_id, header) DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at";

/// Keeps the latest `$2`. Each use adds at most one mapping, so there are only few beyond these.
pub(crate) const FORGET_MAPPINGS: &str = "
    DELETE FROM import_mappings WHERE account_id = $1 AND header IN (
        SELECT header FROM import_mappings WHERE account_id = $1
        ORDER BY used_at DESC, header LIMIT 100 OFFSET $2
    )";

pub(crate) const FIND_MAPPING: &str =
    "SELECT mapping FROM import_mappings WHERE account_id = $1 AND header = $2";

/// Removes the parts of a file that is not imported yet.
pub(crate) const DISCARD_PARTS: &str = "
    DELETE FROM import_parts WHERE import_id IN (
        SELECT id FROM imports WHERE account_id = $1 AND member_id = $2 AND id = $3 AND result IS NULL
    )";

pub(crate) const DISCARD: &str = "
    DELETE FROM imports WHERE account_id = $1 AND member_id = $2 AND id = $3 AND result IS NULL";

pub(crate) const LIST_EXPIRED: &str =
    "SELECT id FROM imports WHERE created_at <= $1 ORDER BY created_at LIMIT +$2";

pub(crate) const SWEEP_PARTS: &str = "DELETE FROM import_parts WHERE import_id = $1";

pub(crate) const SWEEP: &str = "DELETE FROM imports WHERE id = $1";

#[derive(sqlx::FromRow)]
pub(crate) struct ImportRow {
    id: String,
    file_name: String,
    size: i64,
    created_at: i64,
    choices: Option<String>,
    result: Option<String>,
}

impl TryFrom<ImportRow> for StoredImport {
    type Error = CorruptValue;

    fn try_from(row: ImportRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            id: row.id,
            file_name: row.file_name,
            size: number(row.size, "imports.size")?,
            created_at: Timestamp::from_millis(row.created_at),
            choices: row.choices,
            result: row.result,
        })
    }
}
