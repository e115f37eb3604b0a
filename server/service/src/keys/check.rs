//! Checks that the forms of a key share.

use crate::invalid::{InvalidFields, InvalidReason};
use crate::key::{AllowList, PlainKey};
use domain::{Field, InvalidValue, KeyName, KeyNote, RateLimit, Scope, ScopeSet};

/// The optional fields of a form, unparsed.
pub struct OptionFields<'a> {
    pub note: &'a str,
    pub limit_depth: &'a str,
    pub limit_per_second: &'a str,
    pub allow_list: &'a str,
}

/// The settings that a key may have or not.
pub struct KeyOptions {
    pub note: Option<KeyNote>,
    pub own_limit: Option<RateLimit>,
    pub allow_list: Option<AllowList>,
}

/// Reads the optional fields. Adds the reason to `invalid` for each that was refused.
pub fn options(invalid: &mut InvalidFields, fields: &OptionFields<'_>) -> Option<KeyOptions> {
    let note = invalid.check(Field::Note, without_key(fields.note, KeyNote::parse));
    let own_limit = limit(invalid, fields.limit_depth, fields.limit_per_second);
    let allow_list = invalid.check(Field::AllowList, AllowList::parse(fields.allow_list));
    if !invalid.is_empty() {
        return None;
    }
    Some(KeyOptions {
        note: note?,
        own_limit,
        allow_list: allow_list?,
    })
}

/// Parses the name of a key.
pub fn name(raw: &str) -> Result<KeyName, InvalidReason> {
    without_key(raw, KeyName::parse)
}

/// Parses a text that is stored and shown, and so must not contain a key.
fn without_key<T>(
    raw: &str,
    parse: impl FnOnce(&str) -> Result<T, InvalidValue>,
) -> Result<T, InvalidReason> {
    if PlainKey::is_in(raw) {
        return Err(InvalidReason::ContainsKey);
    }
    Ok(parse(raw)?)
}

/// Reads the rate limit: both numbers or none. If one is missing or invalid, it is added to
/// `invalid`.
fn limit(invalid: &mut InvalidFields, depth: &str, per_second: &str) -> Option<RateLimit> {
    if depth.trim().is_empty() && per_second.trim().is_empty() {
        return None;
    }
    let number = |text: &str, parse: fn(&str) -> Result<u32, InvalidValue>| match text.trim() {
        "" => Err(InvalidReason::HalfRateLimit),
        text => parse(text).map_err(InvalidReason::from),
    };
    let per_second = number(per_second, RateLimit::parse_per_second);
    let per_second = invalid.check(Field::LimitPerSecond, per_second);
    let depth = invalid.check(Field::LimitDepth, number(depth, RateLimit::parse_depth));
    let limit = RateLimit::new(depth?, per_second?);
    invalid.check(Field::LimitDepth, limit)
}

/// Parses at least one scope, from the values of the check boxes.
pub fn scopes(texts: &[String]) -> Result<ScopeSet, InvalidReason> {
    let scopes: Result<Vec<_>, _> = texts.iter().map(|text| Scope::parse(text)).collect();
    let set = ScopeSet::from(scopes?);
    if set.is_empty() {
        return Err(InvalidReason::NoScope);
    }
    Ok(set)
}

/// Checks the one-time token of a form. The page creates it; with a short one, two forms could
/// collide.
pub const fn token(raw: &str) -> Result<(), InvalidReason> {
    if raw.len() >= 16 {
        Ok(())
    } else {
        Err(InvalidReason::FormExpired)
    }
}
