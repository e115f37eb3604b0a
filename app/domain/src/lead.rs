//! The console's list of leads.

use crate::DisplayTime;
use crate::text::{InvalidValue, serde_by_parse};
use serde::{Deserialize, Serialize};

/// The seller's progress with a lead.
///
/// # Examples
/// ```
/// use domain::LeadStatus;
/// assert_eq!(LeadStatus::parse("won"), Ok(LeadStatus::Won));
/// assert!(LeadStatus::parse("Won").is_err());
/// ```
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

    /// Text in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Contacted => "contacted",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Label on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Contacted => "Contacted",
            Self::Won => "Won",
            Self::Lost => "Lost",
        }
    }

    /// Parses the text that [`LeadStatus::as_str`] returns, and no other spelling.
    ///
    /// # Errors
    /// The text does not name a status.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == raw)
            .ok_or(InvalidValue("Use `new`, `contacted`, `won` or `lost`."))
    }
}

serde_by_parse!(LeadStatus);

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// The person's message.
    pub message: Option<String>,
    pub source: Option<String>,
    /// The seller's own identifier of the item that the person asked about.
    pub item_id: Option<String>,
    pub status: LeadStatus,
    /// Note written by the seller's CRM.
    pub note: Option<String>,
    pub updated: DisplayTime,
}

/// One page of the Leads list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadsPage {
    /// Most recently changed first.
    pub leads: Vec<LeadRow>,
    /// Number of leads in the account, without erased ones.
    pub total: u64,
    /// This is the first page of the list.
    pub first: bool,
    /// Cursor of the next page, for `?cursor=`; `None` on the last page.
    pub next_cursor: Option<String>,
    pub now: DisplayTime,
    pub public_url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lead_status_round_trips_and_any_other_text_is_rejected() {
        for status in LeadStatus::ALL {
            assert_eq!(LeadStatus::parse(status.as_str()), Ok(status));
        }
        for bad in ["", "New", "new ", "open"] {
            assert!(LeadStatus::parse(bad).is_err(), "{bad:?}");
        }
    }
}
