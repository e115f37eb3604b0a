//! The form that edits a key: its initial values, and the check that these still hold when it comes
//! back.

use crate::key::AllowList;
use crate::store::KeyRecord;
use crate::zone::Zone;
use domain::{EditKeyForm, Failure, KeyNote, Scope};

/// Returns the form filled with the present settings of the key.
pub fn filled(key: &KeyRecord, zone: &Zone) -> EditKeyForm {
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

/// If the key is no longer as it was when the form was filled, returns what is different now. A
/// form without that information, such as one sent by a program, applies to the key as it is.
pub fn outdated(form: &EditKeyForm, stored: &KeyRecord, zone: &Zone) -> Option<Failure> {
    let now = filled(stored, zone);
    if form.seen.is_empty() || form.seen == now.seen {
        return None;
    }
    let before: Option<EditKeyForm> = serde_json::from_str(&form.seen).ok();
    let changes = before.map(|before| differences(&before, &now));
    Some(Failure::Outdated {
        changes: changes.unwrap_or_default(),
    })
}

fn differences(before: &EditKeyForm, now: &EditKeyForm) -> Vec<String> {
    let fields = |form: &EditKeyForm| {
        [
            ("Name", form.name.clone()),
            ("Permissions", form.scopes.join(", ")),
            ("Last day", form.last_day.clone()),
            ("Note", form.note.clone()),
            ("Calls at once", form.limit_depth.clone()),
            ("Calls a second", form.limit_per_second.clone()),
            ("Allowed addresses", form.allow_list.replace('\n', ", ")),
        ]
    };
    changed_fields(fields(before), fields(now))
}

/// Returns one sentence for each field of a form that has another value now.
pub(crate) fn changed_fields<const N: usize>(
    before: [(&str, String); N],
    now: [(&str, String); N],
) -> Vec<String> {
    let quoted = |text: String| {
        if text.is_empty() {
            "nothing".to_owned()
        } else {
            format!("“{text}”")
        }
    };
    before
        .into_iter()
        .zip(now)
        .filter(|(before, now)| before != now)
        .map(|((name, before), (_, now))| {
            format!("{name}: {} is now {}.", quoted(before), quoted(now))
        })
        .collect()
}
