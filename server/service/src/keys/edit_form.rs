//! The form that edits a key: its initial values, and the check that these still hold when it comes
//! back.

use crate::key::AllowList;
use crate::store::KeyRecord;
use crate::zone::Zone;
use domain::{EditKeyForm, KeyNote, Scope};

/// Returns the form filled with the present settings of the key.
pub fn fill_form(key: &KeyRecord, zone: &Zone) -> EditKeyForm {
    let (depth, per_second) = key
        .own_limit
        .map(|limit| (limit.depth().to_string(), limit.per_second().to_string()))
        .unzip();
    let mut form = EditKeyForm {
        name: key.name.to_string(),
        scopes: Scope::ALL
            .into_iter()
            .filter(|scope| key.scopes.contains(*scope))
            .map(|scope| scope.as_str().to_owned())
            .collect(),
        last_day: key
            .expires_at
            .map(|end| zone.last_day(end))
            .unwrap_or_default(),
        note: key
            .note
            .as_ref()
            .map(KeyNote::as_str)
            .unwrap_or_default()
            .to_owned(),
        limit_depth: depth.unwrap_or_default(),
        limit_per_second: per_second.unwrap_or_default(),
        allow_list: key
            .allow_list
            .as_ref()
            .map(AllowList::to_string)
            .unwrap_or_default(),
        shut_out: String::new(),
        seen: String::new(),
    };
    form.seen = serde_json::to_string(&form).expect("plain data is always JSON");
    form
}

/// Returns whether a setting of the key has changed since the form was filled. A form without its
/// initial settings, such as one sent by a program, applies to the present key.
pub fn is_outdated(form: &EditKeyForm, stored: &KeyRecord, zone: &Zone) -> bool {
    !form.seen.is_empty() && form.seen != fill_form(stored, zone).seen
}
