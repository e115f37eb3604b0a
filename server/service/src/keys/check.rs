//! Checks that the forms of a key share.

use domain::{Field, FieldError, InvalidValue, Scope, ScopeSet};

/// Adds the reason to `errors` if a field was refused.
pub fn check_field<T>(
    errors: &mut Vec<FieldError>,
    field: Field,
    result: Result<T, InvalidValue>,
) -> Option<T> {
    let checked = result.map_err(|invalid| {
        errors.push(FieldError {
            field,
            message: invalid.0.to_owned(),
        });
    });
    checked.ok()
}

/// Parses at least one scope, from the values of the check boxes.
pub fn scopes(texts: &[String]) -> Result<ScopeSet, InvalidValue> {
    let scopes: Result<Vec<_>, _> = texts.iter().map(|text| Scope::parse(text)).collect();
    let set = ScopeSet::from(scopes?);
    if set.is_empty() {
        return Err(InvalidValue("Select at least one permission."));
    }
    Ok(set)
}

/// Checks the one-time token of a form. The page creates it; with a short one, two forms could
/// collide.
pub fn token(raw: &str) -> Result<(), InvalidValue> {
    if raw.len() >= 16 {
        Ok(())
    } else {
        Err(InvalidValue(
            "This form has expired. Reload the page and try again.",
        ))
    }
}
