//! What keys are searched by: the words of their names, and their permissions.

use domain::{AccountId, KeyId, KeyName, Scope, ScopeSet};
use service::store::words;

pub(crate) const FORGET: &str = "DELETE FROM key_terms WHERE key_id = $1";

pub(crate) const ADD: &str = "INSERT INTO key_terms (account_id, term, key_id) VALUES ($1, $2, $3)";

/// Some keys whose terms are not written, since they were made by an older version.
pub(crate) const MISSING: &str =
    "SELECT id, account_id, name, scopes FROM api_keys WHERE indexed = 0 LIMIT 500";

pub(crate) const WRITTEN: &str = "UPDATE api_keys SET indexed = 1, folded = $2 WHERE id = $1";

/// A key, as far as it is searched by.
pub(crate) struct Searched<'a> {
    pub account: &'a AccountId,
    pub id: &'a KeyId,
    pub name: &'a KeyName,
    pub scopes: &'a ScopeSet,
}

impl Searched<'_> {
    pub(crate) fn terms(&self) -> Vec<String> {
        let scopes = Scope::ALL.into_iter();
        let held = scopes.filter(|scope| self.scopes.contains(*scope));
        let named = words(self.name.as_str());
        let named = named.iter().map(|word| of_name(word));
        named.chain(held.map(of_scope)).collect()
    }
}

pub(crate) fn of_name(word: &str) -> String {
    format!("n:{word}")
}

pub(crate) fn of_scope(scope: Scope) -> String {
    format!("s:{scope}")
}
