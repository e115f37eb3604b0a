//! Checks that the forms of a key share.

use crate::invalid::InvalidReason;
use domain::{Scope, ScopeSet};

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
