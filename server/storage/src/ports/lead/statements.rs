//! Statements and rows. Leads: people who asked to be contacted.

use crate::error::CorruptValue;
use crate::ports::columns::check_column;
use domain::{LeadId, LeadStatus, Timestamp};
use service::leads::{Lead, LeadChange, LeadFields, LeadState};

/// Draws the account's next change number. Another transaction that draws one waits until this
/// transaction ends.
pub(crate) const NEXT_CHANGE: &str = "
    INSERT INTO lead_feeds (account_id, last_change)
    VALUES ($1, 1)
    ON CONFLICT (account_id) DO UPDATE SET last_change = lead_feeds.last_change + 1
    RETURNING last_change";

pub(crate) const LAST_CHANGE: &str = "SELECT last_change FROM lead_feeds WHERE account_id = $1";

pub(crate) const INSERT: &str = "
    INSERT INTO leads
        (account_id, id, change_number, name, email, phone, message, source, item_id, status,
         external_id, note, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

pub(crate) const UPDATE: &str = "
    UPDATE leads
    SET change_number = $3, status = $4, external_id = $5, note = $6, updated_at = $7
    WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";

/// Erases all columns except the id.
pub(crate) const ERASE: &str = "
    UPDATE leads
    SET change_number = $3, deleted_at = $4, name = NULL, email = NULL, phone = NULL,
        message = NULL, source = NULL, item_id = NULL, status = NULL, external_id = NULL,
        note = NULL, created_at = NULL, updated_at = NULL
    WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";

pub(crate) const COUNT: &str =
    "SELECT count(*) FROM leads WHERE account_id = $1 AND deleted_at IS NULL";

pub(crate) const COUNT_BY_STATUS: &str = "
    SELECT status, count(*) AS leads FROM leads
    WHERE account_id = $1 AND deleted_at IS NULL
    GROUP BY status";

macro_rules! columns {
    () => {
        "l.id, l.change_number, l.name, l.email, l.phone, l.message, l.source, l.item_id, l.status,
            l.external_id, l.note, l.created_at, l.updated_at, l.deleted_at"
    };
}

pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM leads l WHERE l.account_id = $1 AND l.id = $2 AND l.deleted_at IS NULL"
);

/// The leads of a page that fit into `$4` bytes, each with the number of leads that the page would
/// have without that limit.
///
/// The first lead fits however large it is. Sizes are read before texts, so that no more text is
/// read than fits. SQLite joins the tables of a `CROSS JOIN` in the order in which they are
/// written.
macro_rules! page {
    ($condition:literal, $order:literal) => {
        concat!(
            "WITH page AS (
                SELECT l.id, l.change_number, octet_length(l.id) + coalesce(octet_length(l.name), 0)
                    + coalesce(octet_length(l.email), 0) + coalesce(octet_length(l.phone), 0)
                    + coalesce(octet_length(l.message), 0) + coalesce(octet_length(l.source), 0)
                    + coalesce(octet_length(l.item_id), 0) + coalesce(octet_length(l.note), 0)
                    + coalesce(octet_length(l.external_id), 0) AS size
                FROM leads l WHERE l.account_id = $1 AND ",
            $condition,
            " ORDER BY ",
            $order,
            " LIMIT +$3
            ), fitting AS (
                SELECT l.id, l.size, sum(l.size) OVER (ORDER BY ",
            $order,
            ") AS total, count(*) OVER () AS listed FROM page l
            )
            SELECT ",
            columns!(),
            ", f.listed FROM fitting f CROSS JOIN leads l
            WHERE l.account_id = $1 AND l.id = f.id AND (f.total <= $4 OR f.total = f.size)
            ORDER BY ",
            $order
        )
    };
}

pub(crate) const CHANGES: &str = page!("l.change_number > $2", "l.change_number");

pub(crate) const NEWEST: &str = page!(
    "l.change_number < $2 AND l.deleted_at IS NULL",
    "l.change_number DESC"
);

#[derive(sqlx::FromRow)]
pub(crate) struct LeadRow {
    id: String,
    change_number: i64,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    message: Option<String>,
    source: Option<String>,
    item_id: Option<String>,
    status: Option<String>,
    external_id: Option<String>,
    note: Option<String>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
    deleted_at: Option<i64>,
}

impl TryFrom<LeadRow> for LeadChange {
    type Error = CorruptValue;

    fn try_from(row: LeadRow) -> Result<Self, CorruptValue> {
        let number =
            u64::try_from(row.change_number).map_err(|_| CorruptValue("leads.change_number"))?;
        let state = match row.deleted_at {
            Some(at) => LeadState::Erased {
                id: id(&row.id)?,
                at: Timestamp::from_millis(at),
            },
            None => LeadState::Kept(Box::new(row.try_into()?)),
        };
        Ok(Self { number, state })
    }
}

impl TryFrom<LeadRow> for (u64, Lead) {
    type Error = CorruptValue;

    fn try_from(row: LeadRow) -> Result<Self, CorruptValue> {
        let number =
            u64::try_from(row.change_number).map_err(|_| CorruptValue("leads.change_number"))?;
        Ok((number, row.try_into()?))
    }
}

impl TryFrom<LeadRow> for Lead {
    type Error = CorruptValue;

    fn try_from(row: LeadRow) -> Result<Self, CorruptValue> {
        let status = row.status.ok_or(CorruptValue("leads.status"))?;
        let time = |millis: Option<i64>, column| {
            millis
                .map(Timestamp::from_millis)
                .ok_or(CorruptValue(column))
        };
        Ok(Self {
            id: id(&row.id)?,
            created_at: time(row.created_at, "leads.created_at")?,
            updated_at: time(row.updated_at, "leads.updated_at")?,
            fields: LeadFields {
                name: row.name,
                email: row.email,
                phone: row.phone,
                message: row.message,
                source: row.source,
                item_id: row.item_id,
                status: check_column(LeadStatus::parse(&status), "leads.status")?,
                external_id: row.external_id,
                note: row.note,
            },
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct StatusRow {
    status: String,
    leads: i64,
}

impl TryFrom<StatusRow> for (LeadStatus, u64) {
    type Error = CorruptValue;

    fn try_from(row: StatusRow) -> Result<Self, CorruptValue> {
        let status = check_column(LeadStatus::parse(&row.status), "leads.status")?;
        Ok((
            status,
            u64::try_from(row.leads).map_err(|_| CorruptValue("leads"))?,
        ))
    }
}

fn id(text: &str) -> Result<LeadId, CorruptValue> {
    check_column(LeadId::parse(text), "leads.id")
}
