//! What the forms of a key have in common.

use domain::{Field, FieldError, Rejected, Scope, ScopeSet};

/// Notes why a field was refused.
pub fn text<T>(errors: &mut Vec<FieldError>, field: Field, read: Result<T, Rejected>) -> Option<T> {
    let noted = read.map_err(|rejected| {
        errors.push(FieldError {
            field,
            message: rejected.0.to_owned(),
        });
    });
    noted.ok()
}

/// At least one permission, by the texts of their check boxes.
pub fn scopes(texts: &[String]) -> Result<ScopeSet, Rejected> {
    let scopes: Result<Vec<_>, _> = texts.iter().map(|text| Scope::parse(text)).collect();
    let set = ScopeSet::from(scopes?);
    if set.is_empty() {
        return Err(Rejected("Choose at least one permission."));
    }
    Ok(set)
}

/// The one-time token of a form is drawn by the page; a short one would let two forms collide.
pub fn token(raw: &str) -> Result<(), Rejected> {
    if raw.len() >= 16 {
        Ok(())
    } else {
        Err(Rejected(
            "This form is out of date. Reload the page and fill it in again.",
        ))
    }
}
