//! Page model of the form that rotates a key.

use crate::keys;
use crate::keys::page::new_key;
use domain::RotatePage;
use service::Zone;
use service::keys::RotationOptions;
use web::words::time::display_time;

/// Returns the page with the form that rotates a key.
pub fn form(options: RotationOptions, zone: &Zone) -> RotatePage {
    let now = options.key.at;
    RotatePage {
        key: keys::view(options.key, zone),
        now: display_time(now, zone),
        refused: options.refusal,
        replaced_by: options.successor,
        options: new_key(options.new_key, now, zone),
    }
}
