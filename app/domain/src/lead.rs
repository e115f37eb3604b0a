//! Leads as the console lists them.

use crate::Moment;
use crate::text::{Rejected, serde_by_parse};
use serde::{Deserialize, Serialize};

/// How far the seller got with a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeadStatus {
    #[default]
    New,
    Contacted,
    Won,
    Lost,
}

impl LeadStatus {
    pub const ALL: [Self; 4] = [Self::New, Self::Contacted, Self::Won, Self::Lost];

    /// The text on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Contacted => "contacted",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// The word on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Contacted => "Contacted",
            Self::Won => "Won",
            Self::Lost => "Lost",
        }
    }

    /// # Errors
    /// A text that names no status.
    pub fn parse(raw: &str) -> Result<Self, Rejected> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == raw)
            .ok_or(Rejected("Use `new`, `contacted`, `won` or `lost`."))
    }
}

serde_by_parse!(LeadStatus);

/// One lead of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// What the person wrote.
    pub message: Option<String>,
    pub source: Option<String>,
    /// The seller's own identifier of what the person asked about.
    pub item_id: Option<String>,
    pub status: LeadStatus,
    /// What the seller's CRM wrote back.
    pub note: Option<String>,
    pub updated: Moment,
}

/// One page of the Leads page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadsPage {
    /// Newest change first.
    pub leads: Vec<LeadRow>,
    /// How many leads the account has, without the erased.
    pub total: u64,
    /// Whether the list starts here.
    pub first: bool,
    /// Names the next page in `?cursor=`; `None` on the last.
    pub next_cursor: Option<String>,
    pub now: Moment,
    pub public_url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_as_it_is_written_and_in_no_other_way() {
        for status in LeadStatus::ALL {
            assert_eq!(LeadStatus::parse(status.as_str()), Ok(status));
        }
        for bad in ["", "New", "new ", "open"] {
            assert!(LeadStatus::parse(bad).is_err(), "{bad:?}");
        }
    }
}
