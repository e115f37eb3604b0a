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
