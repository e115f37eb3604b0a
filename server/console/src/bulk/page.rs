//! Page model of a bulk action.

use crate::keys;
use domain::BulkPage;
use service::Zone;
use service::keys::BulkSelection;
use web::words::time::{display_expiry, display_time};

/// Returns the page that asks to confirm a bulk action.
pub fn confirmation(selection: BulkSelection, zone: &Zone) -> BulkPage {
    let seen = selection.seen();
    let extensions = selection.extensions;
    let days = selection.keys.iter().filter_map(|key| {
        let extension = extensions.get(&key.record.id)?;
        Some(display_expiry(extension.after, zone).short)
    });
    let extended = days.collect();
    let keys = selection.keys.into_iter();
    BulkPage {
        action: selection.action,
        extended,
        seen,
        keys: keys.map(|key| keys::view(key, zone)).collect(),
        skipped: selection.skipped,
        now: display_time(selection.now, zone),
    }
}
