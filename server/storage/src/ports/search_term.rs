//! Search terms of keys: the words of their names, and their permissions.

use super::{Result, Transaction};
use crate::error::ErrorContext as _;
use crate::query::{Connection, query};
use domain::{AccountId, KeyId, KeyName, Scope, ScopeSet};
use service::store::{folded, words};

pub(crate) const FORGET: &str = "DELETE FROM key_terms WHERE key_id = $1";

pub(crate) const ADD: &str = "INSERT INTO key_terms (account_id, term, key_id) VALUES ($1, $2, $3)";

/// Some keys whose search terms an older version wrote in another way, or not at all.
pub(crate) const LIST_UNINDEXED: &str =
    "SELECT id, account_id, name, scopes FROM api_keys WHERE indexed = 0 LIMIT 500";

pub(crate) const MARK_WRITTEN: &str = "UPDATE api_keys SET indexed = 1, folded = $2 WHERE id = $1";

/// A row of [`LIST_UNINDEXED`].
pub(crate) type UnindexedRow = (String, String, String, String);

/// A row of [`LIST_UNINDEXED`], parsed.
pub(crate) struct UnindexedKey {
    id: KeyId,
    account: AccountId,
    pub name: KeyName,
    scopes: ScopeSet,
}

impl UnindexedKey {
    pub(crate) fn read((id, account, name, scopes): UnindexedRow) -> sqlx::Result<Self> {
        let corrupt = |_| sqlx::Error::Decode(format!("API key {id} cannot be read").into());
        Ok(Self {
            account: AccountId::parse(&account).map_err(corrupt)?,
            name: KeyName::parse(&name).map_err(corrupt)?,
            scopes: ScopeSet::parse(&scopes).map_err(corrupt)?,
            id: KeyId::parse(&id).map_err(corrupt)?,
        })
    }

    pub(crate) fn searchable(&self) -> SearchableKey<'_> {
        SearchableKey {
            account: &self.account,
            id: &self.id,
            name: &self.name,
            scopes: &self.scopes,
        }
    }
}

/// The searchable parts of a key.
pub(crate) struct SearchableKey<'a> {
    pub account: &'a AccountId,
    pub id: &'a KeyId,
    pub name: &'a KeyName,
    pub scopes: &'a ScopeSet,
}

impl SearchableKey<'_> {
    pub(crate) fn terms(&self) -> Vec<String> {
        let scopes = Scope::ALL.into_iter();
        let granted = scopes.filter(|scope| self.scopes.contains(*scope));
        let words = words(self.name.as_str());
        let names = words.iter().map(|word| name_term(word));
        names.chain(granted.map(scope_term)).collect()
    }
}

pub(crate) fn name_term(word: &str) -> String {
    format!("n:{word}")
}

pub(crate) fn scope_term(scope: Scope) -> String {
    format!("s:{scope}")
}

/// Replaces the search terms of a key, in the transaction that changes the key.
pub(super) async fn write(tx: &mut Transaction, key: SearchableKey<'_>) -> Result<()> {
    replace_terms(tx.connection(), &key)
        .await
        .context("indexing an API key for searches")
}

/// Writes the search terms that an older version did not write, in the transaction of the
/// migrations. It has none of the limits of the ports' connections.
pub(crate) async fn index_missing_terms(connection: &mut impl Connection) -> sqlx::Result<()> {
    loop {
        let rows = connection.all_rows(query(LIST_UNINDEXED)).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let key = UnindexedKey::read(row.read::<UnindexedRow>()?)?;
            let searchable = key.searchable();
            replace_terms(connection, &searchable).await?;
            let written = query(MARK_WRITTEN)
                .bind(searchable.id.as_str())
                .bind(folded(&key.name));
            connection.run(written).await?;
        }
    }
}

async fn replace_terms(
    connection: &mut impl Connection,
    key: &SearchableKey<'_>,
) -> sqlx::Result<()> {
    let forget = query(FORGET).bind(key.id.as_str());
    connection.run(forget).await?;
    for term in key.terms() {
        let add = query(ADD)
            .bind(key.account.as_str())
            .bind(term)
            .bind(key.id.as_str());
        connection.run(add).await?;
    }
    Ok(())
}
