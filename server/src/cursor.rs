//! Cursors: the position at which the next page of a list begins, as an opaque text that callers
//! pass back.

use domain::{KeyId, KeyOrder, MemberId, Timestamp};
use service::TeamPlace;
use service::inventory::MAX_ID_CHARS;
use service::store::{ItemPlace, KeyPlace, MemberPlace, PlaceValue};

/// Kinds of cursors, so that none is mistaken for one of another list, now or by a later version.
const ITEM: u8 = 1;
const ITEM_CHANGES: u8 = 5;
const CHANGES_ON: u8 = 2;
const CHANGES_BACK: u8 = 3;
const LOG: u8 = 12;
const KEYS: u8 = 4;
const MEMBERS: u8 = 13;
const INVITATIONS: u8 = 14;

/// Direction of a list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From old to new, as a CRM follows it.
    On,
    /// From new to old, as people read it.
    Back,
    /// The audit log, from new to old.
    Log,
}

impl Way {
    const fn kind(self) -> u8 {
        match self {
            Self::On => CHANGES_ON,
            Self::Back => CHANGES_BACK,
            Self::Log => LOG,
        }
    }
}

/// Returns the cursor after the item `id`.
pub fn write(id: &str) -> String {
    let mut bytes = vec![ITEM];
    bytes.extend_from_slice(id.as_bytes());
    hex::encode(bytes)
}

/// Returns the id that was passed to [`write()`], or `None` if that function did not write this
/// cursor.
pub fn read(cursor: &str) -> Option<String> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, id) = bytes.split_first()?;
    let id = std::str::from_utf8(id).ok()?;
    let good = *kind == ITEM && (1..=MAX_ID_CHARS).contains(&id.chars().count());
    // Hexadecimal digits may be upper-case, but those that were written are not.
    (good && write(id) == cursor).then(|| id.to_owned())
}

/// Returns the cursor at a position in the changes of items.
pub fn write_item_change(place: &ItemPlace) -> String {
    let mut bytes = vec![ITEM_CHANGES];
    bytes.extend_from_slice(&place.base.to_be_bytes());
    bytes.extend_from_slice(&place.number.to_be_bytes());
    bytes.extend_from_slice(place.id.as_bytes());
    hex::encode(bytes)
}

/// Returns the position that was passed to [`write_item_change`], or `None` if that function did
/// not write this cursor.
pub fn read_item_change(cursor: &str) -> Option<ItemPlace> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, rest) = bytes.split_first()?;
    let (base, rest) = rest.split_first_chunk()?;
    let (number, id) = rest.split_first_chunk()?;
    let place = ItemPlace {
        base: u64::from_be_bytes(*base),
        number: u64::from_be_bytes(*number),
        id: std::str::from_utf8(id).ok()?.to_owned(),
    };
    let good = *kind == ITEM_CHANGES
        && place.id.chars().count() <= MAX_ID_CHARS
        && [place.base, place.number]
            .iter()
            .all(|number| i64::try_from(*number).is_ok());
    (good && write_item_change(&place) == cursor).then_some(place)
}

/// Returns the cursor at the change with this number.
pub fn write_change(way: Way, number: u64) -> String {
    let mut bytes = vec![way.kind()];
    bytes.extend_from_slice(&number.to_be_bytes());
    hex::encode(bytes)
}

/// Returns the number that was passed to [`write_change`], or `None` if that function did not write
/// this cursor for `way`.
pub fn read_change(way: Way, cursor: &str) -> Option<u64> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, number) = bytes.split_first()?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    (*kind == way.kind() && write_change(way, number) == cursor).then_some(number)
}

/// Returns the cursor at a position in a list of keys in this order.
pub fn write_key(order: KeyOrder, place: &KeyPlace) -> String {
    let value = match &place.value {
        PlaceValue::Number(number) => serde_json::json!(number),
        PlaceValue::Text(text) => serde_json::json!(text),
    };
    let place = serde_json::json!([
        order.as_str(),
        value,
        place.created_at.millis(),
        place.id.as_str()
    ]);
    let mut bytes = vec![KEYS];
    bytes.extend_from_slice(place.to_string().as_bytes());
    hex::encode(bytes)
}

/// Returns the position that was passed to [`write_key`], or `None` if that function did not write
/// this cursor for `order`.
pub fn read_key(order: KeyOrder, cursor: &str) -> Option<KeyPlace> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, place) = bytes.split_first()?;
    let (_, value, created, id): (String, serde_json::Value, i64, String) =
        serde_json::from_slice(place).ok()?;
    let value = match value {
        serde_json::Value::String(text) => PlaceValue::Text(text),
        value => PlaceValue::Number(value.as_i64()?),
    };
    let place = KeyPlace {
        value,
        created_at: Timestamp::from_millis(created),
        id: KeyId::parse(&id).ok()?,
    };
    (*kind == KEYS && write_key(order, &place) == cursor).then_some(place)
}

/// Returns the cursor at a position in the team, or `None` at its start.
pub fn write_team(place: &TeamPlace) -> Option<String> {
    let (kind, place) = match place {
        TeamPlace::Start => return None,
        TeamPlace::Members(place) => {
            let place = serde_json::json!([place.active, place.id.as_str()]);
            (MEMBERS, place)
        }
        TeamPlace::Invitations(email) => (INVITATIONS, serde_json::json!(email.as_str())),
    };
    let mut bytes = vec![kind];
    bytes.extend_from_slice(place.to_string().as_bytes());
    Some(hex::encode(bytes))
}

/// Returns the position that was passed to [`write_team`], or `None` if that function did not write
/// this cursor.
pub fn read_team(cursor: &str) -> Option<TeamPlace> {
    let bytes = hex::decode(cursor).ok()?;
    let (kind, place) = bytes.split_first()?;
    let place = match *kind {
        MEMBERS => {
            let (active, id): (bool, MemberId) = serde_json::from_slice(place).ok()?;
            TeamPlace::Members(MemberPlace { active, id })
        }
        INVITATIONS => TeamPlace::Invitations(serde_json::from_slice(place).ok()?),
        _ => return None,
    };
    (write_team(&place).as_deref() == Some(cursor)).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_round_trips_to_its_id() {
        for id in ["SKU001", "a/b", "🚗", " "] {
            assert_eq!(read(&write(id)).as_deref(), Some(id));
        }
    }

    #[test]
    fn item_change_cursor_round_trips_to_its_position() {
        let first = ItemPlace::first(7);
        for place in [
            first.after(3, "a/b"),
            first.after(9, "🚗"),
            ItemPlace::end(9),
            first,
        ] {
            let cursor = write_item_change(&place);
            assert_eq!(read_item_change(&cursor), Some(place));
            assert_eq!(read_change(Way::On, &cursor), None);
            assert_eq!(read(&cursor), None);
        }
        let long = ItemPlace::end(1).after(1, &"x".repeat(MAX_ID_CHARS + 1));
        let huge = ItemPlace {
            number: u64::MAX,
            ..ItemPlace::end(1)
        };
        for bad in [
            "",
            "05",
            "0500000000000000000000000000000001ff",
            &write("SKU00000000000001"),
            &write_item_change(&long),
            &write_item_change(&huge),
            &write_item_change(&ItemPlace::first(10)).to_uppercase(),
        ] {
            assert_eq!(read_item_change(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn change_cursor_is_accepted_only_in_its_own_direction() {
        for number in [0, 1, u64::MAX] {
            let cursor = write_change(Way::On, number);
            assert_eq!(read_change(Way::On, &cursor), Some(number));
            assert_eq!(read_change(Way::Back, &cursor), None);
            assert_eq!(read_change(Way::Log, &cursor), None);
            assert_eq!(read(&cursor), None);
        }
        for bad in [
            "",
            "02",
            "0200",
            "02000000000000000001ff",
            "0200000000000000FF",
            &write("SKU00001"),
        ] {
            assert_eq!(read_change(Way::On, bad), None, "{bad:?}");
        }
    }

    #[test]
    fn key_cursor_is_accepted_only_in_its_own_order() {
        let place = |value| KeyPlace {
            value,
            created_at: Timestamp::from_millis(5),
            id: KeyId::parse("0198c2a0").unwrap(),
        };
        let order = |text| KeyOrder::parse(text).unwrap();
        for value in [
            PlaceValue::Number(-3),
            PlaceValue::Text("“händler”, 🚗".into()),
        ] {
            let place = place(value);
            let cursor = write_key(order("name"), &place);
            assert_eq!(read_key(order("name"), &cursor), Some(place));
            assert_eq!(read_key(order("-name"), &cursor), None);
            assert_eq!(read(&cursor), None);
        }
        for bad in [
            "",
            "04",
            "045b5d",
            "zz",
            &write("[]"),
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
            TeamPlace::Members(MemberPlace { active, id })
        });
        let email = domain::Email::parse("bob@example.com").unwrap();
        for place in members.into_iter().chain([TeamPlace::Invitations(email)]) {
            let cursor = write_team(&place).unwrap();
            assert_eq!(read_team(&cursor), Some(place));
            assert_eq!(read(&cursor), None);
        }
        assert_eq!(write_team(&TeamPlace::Start), None);
        for bad in [
            "",
            "0d",
            "0e",
            "0d5b5d",
            "zz",
            &write("[]"),
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
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
