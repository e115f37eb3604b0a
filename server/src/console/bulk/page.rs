//! Page model of a bulk action.

use crate::console::keys;
use crate::console::time::moment;
use domain::SeveralPage;
use service::Zone;
use service::keys::BulkSelection;

/// Returns the page that asks to confirm a bulk action.
pub fn confirmation(selection: BulkSelection, zone: &Zone) -> SeveralPage {
    let keys = selection.keys.into_iter();
    SeveralPage {
        act: selection.act,
        keys: keys.map(|key| keys::page::view(key, zone)).collect(),
        left_out: selection.left_out,
        now: moment(selection.now, zone),
    }
}
