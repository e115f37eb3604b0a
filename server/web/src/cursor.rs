//! Cursors: the position at which the next page of a list begins, as an opaque text that callers
//! pass back.

use domain::{KeyId, KeyOrder, MemberId, Timestamp};
use service::TeamCursor;
use service::inventory::MAX_ID_CHARS;
use service::store::{CursorValue, ItemCursor, KeyCursor, MemberCursor};

/// Kinds of cursors, so that none is mistaken for one of another list, now or by a later version.
const ITEM: u8 = 1;
const ITEM_CHANGES: u8 = 5;
const CHANGES_FORWARD: u8 = 2;
const CHANGES_BACKWARD: u8 = 3;
const AUDIT_LOG: u8 = 12;
const REFUSALS: u8 = 15;
const KEYS: u8 = 4;
const MEMBERS: u8 = 13;
const INVITATIONS: u8 = 14;

/// Direction of a list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeList {
    /// From old to new, as a CRM follows it.
    Forward,
    /// From new to old, as people read it.
    Backward,
    /// The audit log, from new to old.
    AuditLog,
    /// Refused calls, from new to old.
    Refusals,
}

impl ChangeList {
    const fn kind(self) -> u8 {
        match self {
            Self::Forward => CHANGES_FORWARD,
            Self::Backward => CHANGES_BACKWARD,
            Self::AuditLog => AUDIT_LOG,
            Self::Refusals => REFUSALS,
        }
    }
}

/// Returns the cursor after the item `id`.
pub fn write_item(id: &str) -> String {
    let mut bytes = vec![ITEM];
    bytes.extend_from_slice(id.as_bytes());
    hex::encode(bytes)
}

/// Returns the id that was passed to [`write_item()`], or `None` if that function did not write
/// this cursor.
pub fn read_item(cursor: &str) -> Option<String> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, id) = bytes.split_first()?;
    let id = std::str::from_utf8(id).ok()?;
    let is_valid = *kind == ITEM && (1..=MAX_ID_CHARS).contains(&id.chars().count());
    // Hexadecimal digits may be upper-case, but those that were written are not.
    (is_valid && write_item(id) == cursor).then(|| id.to_owned())
}

/// Returns the cursor at a position in the changes of items.
pub fn write_item_change(position: &ItemCursor) -> String {
    let mut bytes = vec![ITEM_CHANGES];
    bytes.extend_from_slice(&position.base.to_be_bytes());
    bytes.extend_from_slice(&position.number.to_be_bytes());
    bytes.extend_from_slice(position.id.as_bytes());
    hex::encode(bytes)
}

/// Returns the position that was passed to [`write_item_change`], or `None` if that function did
/// not write this cursor.
pub fn read_item_change(cursor: &str) -> Option<ItemCursor> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, rest) = bytes.split_first()?;
    let (base, rest) = rest.split_first_chunk()?;
    let (number, id) = rest.split_first_chunk()?;
    let position = ItemCursor {
        base: u64::from_be_bytes(*base),
        number: u64::from_be_bytes(*number),
        id: std::str::from_utf8(id).ok()?.to_owned(),
    };
    let is_valid = *kind == ITEM_CHANGES
        && position.id.chars().count() <= MAX_ID_CHARS
        && [position.base, position.number]
            .iter()
            .all(|number| i64::try_from(*number).is_ok());
    (is_valid && write_item_change(&position) == cursor).then_some(position)
}

/// Returns the cursor at the change with this number.
pub fn write_change(list: ChangeList, number: u64) -> String {
    let mut bytes = vec![list.kind()];
    bytes.extend_from_slice(&number.to_be_bytes());
    hex::encode(bytes)
}

/// Returns the number that was passed to [`write_change`], or `None` if that function did not write
/// this cursor for `list`.
pub fn read_change(list: ChangeList, cursor: &str) -> Option<u64> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, number) = bytes.split_first()?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    (*kind == list.kind() && write_change(list, number) == cursor).then_some(number)
}

/// Returns the cursor at a position in a list of keys in this order.
pub fn write_key(order: KeyOrder, position: &KeyCursor) -> String {
    let value = match &position.value {
        CursorValue::Number(number) => serde_json::json!(number),
        CursorValue::Text(text) => serde_json::json!(text),
    };
    let position = serde_json::json!([
        order.as_str(),
        value,
        position.created_at.millis(),
        position.id.as_str()
    ]);
    let mut bytes = vec![KEYS];
    bytes.extend_from_slice(position.to_string().as_bytes());
    hex::encode(bytes)
}

/// Returns the position that was passed to [`write_key`], or `None` if that function did not write
/// this cursor for `order`.
pub fn read_key(order: KeyOrder, cursor: &str) -> Option<KeyCursor> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, position) = bytes.split_first()?;
    let (_, value, created, id): (String, serde_json::Value, i64, String) =
        serde_json::from_slice(position).ok()?;
    let value = match value {
        serde_json::Value::String(text) => CursorValue::Text(text),
        value => CursorValue::Number(value.as_i64()?),
    };
    let position = KeyCursor {
        value,
        created_at: Timestamp::from_millis(created),
        id: KeyId::parse(&id).ok()?,
    };
    (*kind == KEYS && write_key(order, &position) == cursor).then_some(position)
}

/// Returns the cursor at a position in the team, or `None` at its start.
pub fn write_team(position: &TeamCursor) -> Option<String> {
    let (kind, position) = match position {
        TeamCursor::Start => return None,
        TeamCursor::Members(position) => {
            let position = serde_json::json!([position.active, position.id.as_str()]);
            (MEMBERS, position)
        }
        TeamCursor::Invitations(email) => (INVITATIONS, serde_json::json!(email.as_str())),
    };
    let mut bytes = vec![kind];
    bytes.extend_from_slice(position.to_string().as_bytes());
    Some(hex::encode(bytes))
}

/// Returns the position that was passed to [`write_team`], or `None` if that function did not write
/// this cursor.
pub fn read_team(cursor: &str) -> Option<TeamCursor> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, position) = bytes.split_first()?;
    let position = match *kind {
        MEMBERS => {
            let (active, id): (bool, MemberId) = serde_json::from_slice(position).ok()?;
            TeamCursor::Members(MemberCursor { active, id })
        }
        INVITATIONS => TeamCursor::Invitations(serde_json::from_slice(position).ok()?),
        _ => return None,
    };
    (write_team(&position).as_deref() == Some(cursor)).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_round_trips_to_its_id() {
        for id in ["SKU001", "a/b", "🚗", " "] {
            assert_eq!(read_item(&write_item(id)).as_deref(), Some(id));
        }
    }

    #[test]
    fn item_change_cursor_round_trips_to_its_position() {
        let first = ItemCursor::first(7);
        for position in [
            first.after(3, "a/b"),
            first.after(9, "🚗"),
            ItemCursor::end(9),
            first,
        ] {
            let cursor = write_item_change(&position);
            assert_eq!(read_item_change(&cursor), Some(position));
            assert_eq!(read_change(ChangeList::Forward, &cursor), None);
            assert_eq!(read_item(&cursor), None);
        }
        let long = ItemCursor::end(1).after(1, &"x".repeat(MAX_ID_CHARS + 1));
        let huge = ItemCursor {
            number: u64::MAX,
            ..ItemCursor::end(1)
        };
        for bad in [
            "",
            "05",
            "0500000000000000000000000000000001ff",
            &write_item("SKU00000000000001"),
            &write_item_change(&long),
            &write_item_change(&huge),
            &write_item_change(&ItemCursor::first(10)).to_uppercase(),
        ] {
            assert_eq!(read_item_change(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn change_cursor_is_accepted_only_in_its_own_direction() {
        for number in [0, 1, u64::MAX] {
            let cursor = write_change(ChangeList::Forward, number);
            assert_eq!(read_change(ChangeList::Forward, &cursor), Some(number));
            assert_eq!(read_change(ChangeList::Backward, &cursor), None);
            assert_eq!(read_change(ChangeList::AuditLog, &cursor), None);
            assert_eq!(read_item(&cursor), None);
        }
        for bad in [
            "",
            "02",
            "0200",
            "02000000000000000001ff",
            "0200000000000000FF",
            &write_item("SKU00001"),
        ] {
            assert_eq!(read_change(ChangeList::Forward, bad), None, "{bad:?}");
        }
    }

    #[test]
    fn key_cursor_is_accepted_only_in_its_own_order() {
        let position = |value| KeyCursor {
            value,
            created_at: Timestamp::from_millis(5),
            id: KeyId::parse("0198c2a0").unwrap(),
        };
        let order = |text| KeyOrder::parse(text).unwrap();
        for value in [
            CursorValue::Number(-3),
            CursorValue::Text("“händler”, 🚗".into()),
        ] {
            let position = position(value);
            let cursor = write_key(order("name"), &position);
            assert_eq!(read_key(order("name"), &cursor), Some(position));
            assert_eq!(read_key(order("-name"), &cursor), None);
            assert_eq!(read_item(&cursor), None);
        }
        for bad in [
            "",
            "04",
            "045b5d",
            "zz",
            &write_item("[]"),
            &hex::encode(b"\x04[\"name\",1.5,5,\"a\"]"),
        ] {
            assert_eq!(read_key(order("name"), bad), None, "{bad:?}");
        }
    }

    #[test]
    fn team_cursor_round_trips_to_its_position() {
        let id = MemberId::parse("0198c2a0").unwrap();
        let members = [true, false].map(|active| {
            let id = id.clone();
            TeamCursor::Members(MemberCursor { active, id })
        });
        let email = domain::Email::parse("bob@example.com").unwrap();
        for position in members.into_iter().chain([TeamCursor::Invitations(email)]) {
            let cursor = write_team(&position).unwrap();
            assert_eq!(read_team(&cursor), Some(position));
            assert_eq!(read_item(&cursor), None);
        }
        assert_eq!(write_team(&TeamCursor::Start), None);
        for bad in [
            "",
            "0d",
            "0e",
            "0d5b5d",
            "zz",
            &write_item("[]"),
            &hex::encode(b"\x0e\"bob\""),
        ] {
            assert_eq!(read_team(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn malformed_cursors_are_rejected() {
        let long = hex::encode([&[1], [b'x'; 129].as_slice()].concat());
        for bad in [
            "", "01", "zz", "0", "02414243", "01ff", "SKU001", "014A", &long,
        ] {
            assert_eq!(read_item(bad), None, "{bad:?}");
        }
    }
}
