//! Checks that the forms of a key share.

use domain::{Field, FieldError, Rejected, Scope, ScopeSet};

/// Adds the reason to `errors` if a field was refused.
pub fn text<T>(errors: &mut Vec<FieldError>, field: Field, read: Result<T, Rejected>) -> Option<T> {
    let noted = read.map_err(|rejected| {
        errors.push(FieldError {
            field,
            message: rejected.0.to_owned(),
        });
    });
    noted.ok()
}

/// Parses at least one scope, from the values of the check boxes.
pub fn scopes(texts: &[String]) -> Result<ScopeSet, Rejected> {
    let scopes: Result<Vec<_>, _> = texts.iter().map(|text| Scope::parse(text)).collect();
    let set = ScopeSet::from(scopes?);
    if set.is_empty() {
        return Err(Rejected("Choose at least one permission."));
    }
    Ok(set)
}

/// Checks the one-time token of a form. The page creates it; with a short one, two forms could
/// collide.
pub fn token(raw: &str) -> Result<(), Rejected> {
    if raw.len() >= 16 {
        Ok(())
    } else {
        Err(Rejected(
            "This form is out of date. Reload the page and fill it in again.",
        ))
    }
}
