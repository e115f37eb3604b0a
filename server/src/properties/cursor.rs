//! Property: a cursor is accepted exactly as it was issued and for the list that it was issued for.

use service::inventory::MAX_ID_CHARS;
use web::cursor::{ChangeList, read_change, read_item, write_change, write_item};

pub fn check_parsing(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut readings = 0;
    if let Some(id) = read_item(text) {
        assert_eq!(write_item(&id), text);
        assert!((1..=MAX_ID_CHARS).contains(&id.chars().count()));
        readings += 1;
    }
    for list in [
        ChangeList::Forward,
        ChangeList::Backward,
        ChangeList::AuditLog,
        ChangeList::Refusals,
    ] {
        if let Some(number) = read_change(list, text) {
            assert_eq!(write_change(list, number), text);
            readings += 1;
        }
    }
    assert!(readings <= 1, "a cursor for two things");
}

/// Any valid content of a cursor can be read back from it.
pub fn check_writing(data: &[u8]) {
    let id: String = String::from_utf8_lossy(data)
        .chars()
        .take(MAX_ID_CHARS)
        .collect();
    let cursor = write_item(&id);
    let back = read_item(&cursor);
    assert_eq!(back.as_deref(), (!id.is_empty()).then_some(&*id));
    let number = data.iter().fold(0, |number: u64, byte| {
        number.wrapping_mul(257).wrapping_add(u64::from(*byte))
    });
    let cursor = write_change(ChangeList::Forward, number);
    assert_eq!(read_change(ChangeList::Forward, &cursor), Some(number));
    assert_eq!(read_change(ChangeList::Backward, &cursor), None);
    assert_eq!(read_item(&cursor), None);
}
