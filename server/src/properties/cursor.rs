//! Property: a cursor is accepted exactly as it was issued and for the list that it was issued for.

use crate::cursor::{Way, read, read_change, write, write_change};
use service::inventory::MAX_ID_CHARS;

pub fn presented(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut taken = 0;
    if let Some(id) = read(text) {
        assert_eq!(write(&id), text);
        assert!((1..=MAX_ID_CHARS).contains(&id.chars().count()));
        taken += 1;
    }
    for way in [Way::On, Way::Back, Way::Log] {
        if let Some(number) = read_change(way, text) {
            assert_eq!(write_change(way, number), text);
            taken += 1;
        }
    }
    assert!(taken <= 1, "a cursor for two things");
}

/// Any valid content of a cursor can be read back from it.
pub fn written(data: &[u8]) {
    let id: String = String::from_utf8_lossy(data)
        .chars()
        .take(MAX_ID_CHARS)
        .collect();
    let cursor = write(&id);
    let back = read(&cursor);
    assert_eq!(back.as_deref(), (!id.is_empty()).then_some(&*id));
    let number = data.iter().fold(0, |number: u64, byte| {
        number.wrapping_mul(257).wrapping_add(u64::from(*byte))
    });
    let cursor = write_change(Way::On, number);
    assert_eq!(read_change(Way::On, &cursor), Some(number));
    assert_eq!(read_change(Way::Back, &cursor), None);
    assert_eq!(read(&cursor), None);
}
