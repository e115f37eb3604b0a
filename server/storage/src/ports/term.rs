//! Search terms of keys: the words of their names, and their permissions.

use super::{Result, Transaction};
use crate::error::ErrorContext as _;
use crate::query::{Connection, query};
use domain::{AccountId, KeyId, KeyName, Scope, ScopeSet};
use service::store::{folded, words};

pub(crate) const FORGET: &str = "DELETE FROM key_terms WHERE key_id = $1";

pub(crate) const ADD: &str = "INSERT INTO key_terms (account_id, term, key_id) VALUES ($1, $2, $3)";

/// Some keys whose search terms an older version wrote in another way, or not at all.
pub(crate) const MISSING: &str =
    "SELECT id, account_id, name, scopes FROM api_keys WHERE indexed = 0 LIMIT 500";

pub(crate) const WRITTEN: &str = "UPDATE api_keys SET indexed = 1, folded = $2 WHERE id = $1";

/// A row of [`MISSING`].
pub(crate) type MissingRow = (String, String, String, String);

/// A row of [`MISSING`], parsed.
pub(crate) struct Missing {
    id: KeyId,
    account: AccountId,
    pub name: KeyName,
    scopes: ScopeSet,
}

impl Missing {
    pub(crate) fn read((id, account, name, scopes): MissingRow) -> sqlx::Result<Self> {
        let corrupt = |_| sqlx::Error::Decode(format!("API key {id} cannot be read").into());
        Ok(Self {
            account: AccountId::parse(&account).map_err(corrupt)?,
            name: KeyName::parse(&name).map_err(corrupt)?,
            scopes: ScopeSet::parse(&scopes).map_err(corrupt)?,
            id: KeyId::parse(&id).map_err(corrupt)?,
        })
    }

    pub(crate) fn searched(&self) -> Searched<'_> {
        Searched {
            account: &self.account,
            id: &self.id,
            name: &self.name,
            scopes: &self.scopes,
        }
    }
}

/// The searchable parts of a key.
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

/// Replaces the search terms of a key, in the transaction that changes the key.
pub(super) async fn write(tx: &mut Transaction, key: Searched<'_>) -> Result<()> {
    put(tx.connection(), &key)
        .await
        .context("indexing an API key for searches")
}

/// Writes the search terms that an older version did not write, in the transaction of the
/// migrations. It has none of the limits of the ports' connections.
pub(crate) async fn catch_up(connection: &mut impl Connection) -> sqlx::Result<()> {
    loop {
        let rows = connection.all_rows(query(MISSING)).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let key = Missing::read(row.read::<MissingRow>()?)?;
            let searched = key.searched();
            put(connection, &searched).await?;
            let written = query(WRITTEN)
                .bind(searched.id.as_str())
                .bind(folded(&key.name));
            connection.run(written).await?;
        }
    }
}

async fn put(connection: &mut impl Connection, key: &Searched<'_>) -> sqlx::Result<()> {
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
