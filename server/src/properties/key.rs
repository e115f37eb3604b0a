//! Property: a key is accepted exactly as it was issued.

use crate::api::credentials::presented as of_headers;
use crate::http::headers::API_KEY;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use service::Random;
use service::key::PlainKey;
use std::sync::Mutex;

/// Characters for replacement, both valid and invalid in a key.
const OTHERS: &[u8] = b"0aZ-_ \t\0\x7f\xff";

pub fn presented(data: &[u8]) {
    if let Ok(key) = PlainKey::parse(data) {
        assert_eq!(key.expose().as_bytes(), data, "another key than was sent");
        assert_eq!(key.preview().chars().count(), 10);
        assert!(data.starts_with(key.preview().trim_end_matches('…').as_bytes()));
        for place in 0..data.len() {
            for other in OTHERS {
                change(data, place, *other);
            }
        }
    }
    headers(data);
}

/// A key that is generated from any randomness is valid, and invalid after any change of one
/// character.
pub fn generated(data: &[u8]) {
    let key = PlainKey::generate(&Drawn::from(data));
    let text = key.expose().as_bytes();
    let again = PlainKey::parse(text).expect("a key that was just made");
    assert_eq!(again.expose().as_bytes(), text);
    let [place, other, ..] = data else { return };
    change(text, usize::from(*place) % text.len(), *other);
    let other = OTHERS[usize::from(*other) % OTHERS.len()];
    change(text, usize::from(*place) % text.len(), other);
    // Cut off, and with another character appended.
    assert!(PlainKey::parse(&text[..usize::from(*place) % text.len()]).is_err());
    assert!(PlainKey::parse(&[text, &[other]].concat()).is_err());
}

fn change(key: &[u8], place: usize, other: u8) {
    let mut changed = key.to_vec();
    changed[place] = other;
    if changed != key {
        assert!(
            PlainKey::parse(&changed).is_err(),
            "a changed character at {place} went unnoticed"
        );
    }
}

/// Whatever the headers contain, a key that is found in them is a part of one of them, without
/// spaces around it.
fn headers(data: &[u8]) {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in [API_KEY, AUTHORIZATION] {
        let value = lines.next().map(HeaderValue::from_bytes);
        if let Some(Ok(value)) = value {
            headers.append(name, value);
        }
    }
    if let Ok(found) = of_headers(&headers) {
        assert_ne!(found, b"");
        assert_eq!(found.trim_ascii(), found);
        assert!(data.windows(found.len()).any(|part| part == found));
    }
}

/// Randomness from the fuzzer's bytes, and numbers after them: if it ran out, no key could be
/// generated.
struct Drawn(Mutex<(Vec<u8>, u8)>);

impl From<&[u8]> for Drawn {
    fn from(data: &[u8]) -> Self {
        Self(Mutex::new((data.iter().rev().copied().collect(), 0)))
    }
}

impl Random for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        let mut drawn = self.0.lock().expect("nobody else draws");
        let (left, next) = &mut *drawn;
        for byte in bytes {
            *byte = left.pop().unwrap_or_else(|| {
                *next = next.wrapping_add(97);
                *next
            });
        }
    }
}
