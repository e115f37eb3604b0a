//! Property: a key is accepted exactly as it was issued.

use crate::api::credentials::presented_key as of_headers;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use service::Random;
use service::key::PlainKey;
use std::sync::Mutex;
use web::http::headers::API_KEY;

/// Characters for replacement, both valid and invalid in a key.
const OTHERS: &[u8] = b"0aZ-_ \t\0\x7f\xff";

pub fn check_parsing(data: &[u8]) {
    if let Ok(key) = PlainKey::parse(data) {
        assert_eq!(key.expose().as_bytes(), data, "another key than was sent");
        assert_eq!(key.preview().chars().count(), 10);
        assert!(data.starts_with(key.preview().trim_end_matches('…').as_bytes()));
        for index in 0..data.len() {
            for other in OTHERS {
                check_change_is_rejected(data, index, *other);
            }
        }
    }
    headers(data);
}

/// A key that is generated from any randomness is valid, and invalid after any change of one
/// character.
pub fn check_generation(data: &[u8]) {
    let key = PlainKey::generate(&FixedRandom::from(data));
    let text = key.expose().as_bytes();
    let again = PlainKey::parse(text).expect("a key that was just made");
    assert_eq!(again.expose().as_bytes(), text);
    let [index, other, ..] = data else { return };
    check_change_is_rejected(text, usize::from(*index) % text.len(), *other);
    let other = OTHERS[usize::from(*other) % OTHERS.len()];
    check_change_is_rejected(text, usize::from(*index) % text.len(), other);
    // Cut off, and with another character appended.
    assert!(PlainKey::parse(&text[..usize::from(*index) % text.len()]).is_err());
    assert!(PlainKey::parse(&[text, &[other]].concat()).is_err());
}

fn check_change_is_rejected(key: &[u8], index: usize, other: u8) {
    let mut changed = key.to_vec();
    changed[index] = other;
    if changed != key {
        assert!(
            PlainKey::parse(&changed).is_err(),
            "a changed character at {index} went unnoticed"
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
struct FixedRandom(Mutex<(Vec<u8>, u8)>);

impl From<&[u8]> for FixedRandom {
    fn from(data: &[u8]) -> Self {
        Self(Mutex::new((data.iter().rev().copied().collect(), 0)))
    }
}

impl Random for FixedRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("nobody else draws");
        let (left, next) = &mut *state;
        for byte in bytes {
            *byte = left.pop().unwrap_or_else(|| {
                *next = next.wrapping_add(97);
                *next
            });
        }
    }
}
