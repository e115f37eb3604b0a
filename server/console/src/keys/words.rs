//! Sentences about keys.

use crate::requests;
use domain::{
    DeadKeysNotice, Email, ExpiringKey, ExpiringKeysNotice, FirstCallStage, KeyCount, KeyName,
    KeyView, Timestamp, number, relative, seconds,
};
use service::keys::{CurrentKey, DeadKeyUse, FirstCall, KeyWarning, KeysOnHold, MAX_EXPIRING};
use service::store::{KeyRecord, Receipt, Revoker};
use service::{Member, Zone};
use web::words::receipt;
use web::words::time::{display_time, last_moment, write};

/// Days before the expiry at which a notice appears, each more urgent than the next.
const DAYS: [u32; 3] = [1, 7, 30];
/// Keys that the notice names; it counts the others.
const NAMED: usize = 3;
/// Without a full stop, like a receipt.
const NO_RECEIPT: &str = "Requests are rejected. We couldn't confirm on how many nodes";

pub fn warning(warning: &KeyWarning) -> String {
    match warning {
        KeyWarning::NotStored => KeyView::NOT_STORED.to_owned(),
        KeyWarning::DeadKeyInUse => "Still in use".to_owned(),
        KeyWarning::NewNetwork => "New IP network".to_owned(),
        KeyWarning::ExpiresSoon => "Expires soon".to_owned(),
        KeyWarning::BeingReplaced => "Replaced by a new key".to_owned(),
        KeyWarning::Unused => "Unused for 30 days".to_owned(),
        KeyWarning::UnusedScopes(scopes) => {
            let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            format!("Unused permission: {}", scopes.join(", "))
        }
    }
}

/// Describes the part of a key in a rotation in which both keys still work; `None` for any other
/// key. The old key is named by its preview, since both may have the same name. The text does not
/// change as time passes: an open list would render the row again, and its focus would be lost.
///
/// `listed`: the keys of the page. Only a key whose predecessor is among them is described as new.
pub fn rotation(key: &CurrentKey, listed: &[CurrentKey], zone: &Zone) -> Option<String> {
    let is_old = |key: &CurrentKey| key.warnings.contains(&KeyWarning::BeingReplaced);
    if is_old(key) {
        let last_day = write(last_moment(key.record.expires_at?), zone, "%-d %b");
        return Some(format!("Replaced, expires {last_day}"));
    }
    let old = listed.iter().find(|old| {
        let replacement = old.record.replaced.as_ref();
        is_old(old) && replacement.is_some_and(|new| new.by == key.record.id)
    })?;
    Some(format!("Replaces {}", old.record.preview))
}

/// Returns the instructions for a new key. If another key has the same name, they explain how to
/// tell the two apart.
pub fn ready(name: &KeyName, namesake: Option<&KeyRecord>) -> String {
    let ready =
        format!("“{name}” is ready. Copy the key now and add it to the system that will use it.");
    match namesake {
        None => ready,
        Some(other) => format!(
            "{ready} Another key ({}) has the same name. To tell them apart, rename one of them on its page.",
            other.preview
        ),
    }
}

/// Describes the requests with a key over the last seven days.
pub fn week_of_calls(accepted: u64, refused: u64) -> String {
    let calls = accepted.saturating_add(refused);
    if calls == 0 {
        return "No requests in 7 days".to_owned();
    }
    let noun = if calls == 1 { "request" } else { "requests" };
    let rejected = match refused {
        0 => String::new(),
        refused => format!(", {} rejected", number(refused)),
    };
    format!("{} {noun} in 7 days{rejected}", number(calls))
}

/// Returns the name of the actor who revoked a key.
pub fn revoker(revoker: &Revoker<Email>) -> String {
    match revoker {
        Revoker::Member(email) => email.to_string(),
        Revoker::Holder => "the key itself".to_owned(),
        Revoker::Operator => "the operator".to_owned(),
    }
}

/// Describes how a revocation reached the nodes, to the member who just confirmed it in a dialog.
pub fn own_receipt(receipt: Option<Receipt>) -> String {
    receipt.map_or_else(
        || NO_RECEIPT.to_owned(),
        |receipt| receipt::describe(receipt, true),
    )
}

/// Describes the state of the first call with a key.
pub fn first_call(call: FirstCall, member: &Member, public_url: &str) -> domain::FirstCallView {
    let (stage, text, detail) = match call {
        FirstCall::Waiting => (
            FirstCallStage::Waiting,
            "Waiting for your first request…".to_owned(),
            String::new(),
        ),
        FirstCall::Refused { call, key } => {
            let (why, advice) = requests::words(public_url, &call, Some(&*key), member.time_zone());
            (FirstCallStage::Refused, why, advice)
        }
        FirstCall::Accepted(last_use) => {
            let from = last_use.map(|last| match last.user_agent {
                Some(agent) => format!("From {} ({agent})", last.ip),
                None => format!("From {}", last.ip),
            });
            let text = "First request received.".to_owned();
            (FirstCallStage::Accepted, text, from.unwrap_or_default())
        }
    };
    domain::FirstCallView {
        stage,
        text,
        detail,
    }
}

/// Returns how many keys are on hold, and what to do or whom to ask.
pub fn on_hold(KeysOnHold { since, keys }: KeysOnHold, member: &Member) -> String {
    let (wait, one) = match keys {
        1 => ("One key needs review".to_owned(), "It"),
        many if u32::try_from(many).is_ok_and(|many| many > KeyCount::MAX) => {
            ("More than 1,000 keys need review".to_owned(), "Each")
        }
        many => (format!("{many} keys need review"), "Each"),
    };
    let them = if keys == 1 { "it" } else { "them" };
    let advice = if member.role().may_manage_keys() {
        "Check Team too: members deactivated after the backup are active again.".to_owned()
    } else {
        format!("Requests with {them} are rejected until an owner or admin reviews {them}.")
    };
    format!(
        "{wait}. This account was restored from a backup on {}. {one} is paused, because it may have been revoked after the backup. {advice}",
        display_time(since, member.time_zone()).exact
    )
}

/// Returns one notice for all revoked and expired keys that are still in use.
pub fn dead_key_use(DeadKeyUse { keys, names }: &DeadKeyUse) -> DeadKeysNotice {
    let count = *keys;
    let quoted: Vec<_> = names.iter().map(|name| format!("“{name}”")).collect();
    let detail = (count as usize).saturating_sub(names.len());
    let detail = match detail {
        0 => String::new(),
        _ if count > KeyCount::MAX => " and many more".to_owned(),
        detail => format!(" and {detail} more"),
    };
    let title = if count == 1 {
        "1 revoked or expired key is still in use".to_owned()
    } else if count > KeyCount::MAX {
        "More than 1,000 revoked or expired keys are still in use".to_owned()
    } else {
        format!("{count} revoked or expired keys are still in use")
    };
    // None is named if they were changed after they had been counted.
    let text = if names.is_empty() {
        String::new()
    } else {
        format!("{}{detail}.", quoted.join(", "))
    };
    DeadKeysNotice { title, text }
}

/// Returns one notice for all keys, as urgent as the one that expires first requires.
pub fn expiring(keys: &[ExpiringKey], now: Timestamp) -> Option<ExpiringKeysNotice> {
    let first = keys.first()?.end.at;
    let until = |days: u32| now.plus_seconds(i64::from(days) * seconds::DAY);
    let days = DAYS.into_iter().find(|days| first <= until(*days))?;
    let soon = keys.iter().take_while(|key| key.end.at <= until(days));
    let soon = soon.count();
    let named = keys.iter().take(soon.min(NAMED)).map(|key| {
        let used = if key.late {
            ", replaced and still in use"
        } else {
            ""
        };
        format!("“{}” {}{used}", key.name, relative(key.end.at, now))
    });
    let detail = soon.saturating_sub(NAMED);
    let detail = (detail > 0).then(|| format!("and {detail} more"));
    let all: Vec<_> = named.chain(detail).collect();
    let text = format!("{}.", all.join("; "));
    let (keys, verb) = if soon == 1 {
        ("key", "expires")
    } else {
        ("keys", "expire")
    };
    let within = if days == 1 {
        "a day".to_owned()
    } else {
        format!("{days} days")
    };
    let most = if soon >= MAX_EXPIRING as usize {
        "At least "
    } else {
        ""
    };
    let title = format!("{most}{soon} {keys} {verb} within {within}");
    Some(ExpiringKeysNotice { days, title, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::KeyId;
    use service::Zone;

    const NOW: Timestamp = Timestamp::from_millis(1_795_411_867_000);

    fn key(name: &str, seconds: i64, late: bool) -> ExpiringKey {
        ExpiringKey {
            id: KeyId::parse("k").unwrap(),
            name: KeyName::parse(name).unwrap(),
            end: display_time(NOW.plus_seconds(seconds), &Zone::parse("UTC").unwrap()),
            late,
        }
    }

    #[test]
    fn expiry_notice_uses_the_warning_period_of_the_key_that_expires_first() {
        assert_eq!(expiring(&[], NOW), None);
        for (seconds, days) in [
            (seconds::DAY, 1),
            (seconds::DAY + 1, 7),
            (7 * seconds::DAY, 7),
            (30 * seconds::DAY, 30),
        ] {
            let keys = [key("a", seconds, false), key("b", 30 * seconds::DAY, false)];
            assert_eq!(expiring(&keys, NOW).unwrap().days, days, "{seconds}");
        }
    }

    #[test]
    fn expiry_notice_names_a_few_keys_and_counts_the_rest() {
        let keys: Vec<_> = (1..=5)
            .map(|day| key(&format!("Key {day}"), day * seconds::DAY, day == 2))
            .collect();
        let notice = expiring(&keys, NOW).unwrap();
        assert_eq!(notice.title, "1 key expires within a day");
        assert_eq!(notice.text, "“Key 1” in 1 day.");
        let notice = expiring(&keys[1..], NOW).unwrap();
        assert_eq!(notice.title, "4 keys expire within 7 days");
        let wanted = "“Key 2” in 2 days, replaced and still in use; “Key 3” in 3 days; “Key 4” in 4 days; and 1 more.";
        assert!(notice.text.starts_with(wanted), "{}", notice.text);
    }

    #[test]
    fn notice_of_dead_keys_names_a_few_and_counts_the_rest() {
        let one = "1 revoked or expired key is still in use";
        let many = "More than 1,000 revoked or expired keys are still in use";
        for (count, names, title, text) in [
            (1, vec!["CRM"], one, "“CRM”."),
            (
                2,
                vec!["A", "B"],
                "2 revoked or expired keys are still in use",
                "“A”, “B”.",
            ),
            (
                5,
                vec!["A", "B", "C"],
                "5 revoked or expired keys are still in use",
                "“A”, “B”, “C” and 2 more.",
            ),
            (1_001, vec!["A"], many, "“A” and many more."),
            (1_001, vec![], many, ""),
        ] {
            let names = names.into_iter().map(|name| KeyName::parse(name).unwrap());
            let names = names.collect();
            let notice = dead_key_use(&DeadKeyUse { keys: count, names });
            assert_eq!((notice.title.as_str(), notice.text.as_str()), (title, text));
        }
    }
}
