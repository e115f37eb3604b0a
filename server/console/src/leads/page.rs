//! Data of the Leads page.

use domain::{LeadRow, LeadsPage, Timestamp};
use service::leads::{Lead, LeadList};
use service::{Member, Zone};
use web::cursor::{ChangeList, write_change};
use web::words::time::display_time;

/// Characters of a message or a note that the console shows. The API returns all of it.
const SHOWN: usize = 2_000;

/// Returns a page of the leads.
pub fn list(
    list: LeadList,
    is_first: bool,
    member: &Member,
    now: Timestamp,
    public_url: &str,
) -> LeadsPage {
    let zone = member.time_zone();
    let LeadList {
        leads,
        next_before,
        total,
    } = list;
    LeadsPage {
        leads: leads.into_iter().map(|lead| row(lead, zone)).collect(),
        total,
        first: is_first,
        next_cursor: next_before.map(|number| write_change(ChangeList::Backward, number)),
        now: display_time(now, zone),
        public_url: public_url.to_owned(),
    }
}

fn row(lead: Lead, zone: &Zone) -> LeadRow {
    let fields = lead.fields;
    LeadRow {
        name: fields.name,
        email: fields.email,
        phone: fields.phone,
        message: fields.message.map(shortened),
        source: fields.source,
        item_id: fields.item_id,
        status: fields.status,
        note: fields.note.map(shortened),
        updated: display_time(lead.updated_at, zone),
    }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_truncated_if_it_is_too_long_for_the_console() {
        let whole = "é".repeat(SHOWN);
        assert_eq!(shortened(whole.clone()), whole);
        assert_eq!(shortened(format!("{whole}!")), format!("{whole}…"));
    }
}
