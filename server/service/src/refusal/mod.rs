//! Reasons of refused calls, looked up by request id.
//!
//! A stored reason consists of codes, names of our own, numbers and the caller's address. It
//! contains no text that the caller sent, which could be a secret. If the call had a genuine key,
//! only the key's account can see it. Otherwise the call belongs to no account, and whoever has its
//! id, of 128 random bits, can see what was wrong with it.

mod pending;
mod words;

pub(crate) use pending::AT_ONCE;
pub use pending::PendingRefusals;

use crate::key::Malformed;
use crate::store::{KeyRecord, RefusedCall};
use crate::view::moment;
use crate::{CalledKey, Error, Member, Service, Zone};
use domain::{Explanation, Lookup, RefusalPage, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// How long a refusal can be looked up.
const KEPT_SECONDS: i64 = 7 * 86_400;
/// Rows swept in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;

/// The id of a call, as returned to its caller: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallId(String);

impl CallId {
    /// Parses an id; `None` for other texts.
    pub fn parse(raw: &str) -> Option<Self> {
        let text = raw.trim().to_ascii_lowercase();
        let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Details of a refusal in addition to its code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    #[default]
    Nothing,
    /// The fault in the form of the key.
    Form(Malformed),
    /// The address of the caller.
    Address(IpAddr),
    /// The scope that the call needed.
    Scope(Scope),
    /// The key's own limit was reached, and not that of failed attempts.
    OwnLimit,
    /// The limit of all keys of the account together was reached.
    AccountLimit,
    /// Pointers into the body, each with its code.
    Entries(Vec<(String, String)>),
}

impl Service {
    /// Notes a refused call in memory.
    pub fn note_refusal(
        &self,
        id: &str,
        key: Option<CalledKey>,
        code: &str,
        cause: Cause,
        method: &str,
        route: &str,
    ) {
        let Some(id) = CallId::parse(id) else {
            return;
        };
        self.refusals.note(RefusedCall {
            id,
            at: self.clock.now(),
            key: key.map(|key| (key.account_id.clone(), key.key_id.clone())),
            code: code.to_owned(),
            cause,
            method: method.to_owned(),
            route: route.to_owned(),
        });
    }

    /// Returns the page that explains the call with this id; without a result if no id was entered.
    ///
    /// # Errors
    /// The database's.
    pub async fn refusal_page(
        &self,
        member: &Member,
        asked: Option<&str>,
    ) -> Result<RefusalPage, Error> {
        let now = self.clock.now();
        let raw = asked.unwrap_or_default().trim().to_owned();
        let lookup = match CallId::parse(&raw) {
            _ if raw.is_empty() => Lookup::NotAsked,
            None => Lookup::NoId,
            Some(id) => match self.find_refusal(member, &id, now).await? {
                Some(call) => Lookup::Found(Box::new(self.explain(member, call, now).await?)),
                None => Lookup::Unknown,
            },
        };
        // A long text is not an id, and need not be shown again.
        let id = if raw.contains("vx_") {
            // A key was pasted, which is never shown again.
            String::new()
        } else {
            raw.chars().take(100).collect()
        };
        Ok(RefusalPage { id, lookup })
    }

    async fn find_refusal(
        &self,
        member: &Member,
        id: &CallId,
        now: Timestamp,
    ) -> Result<Option<RefusedCall>, Error> {
        let account = &member.account_id;
        if let Some(call) = self.refusals.find(account, id) {
            return Ok(Some(call));
        }
        let since = now.plus_seconds(-KEPT_SECONDS);
        Ok(self.store.find_refusal(account, id, since).await?)
    }

    async fn explain(
        &self,
        member: &Member,
        call: RefusedCall,
        now: Timestamp,
    ) -> Result<Explanation, Error> {
        let zone = &member.time_zone;
        let key: Option<KeyRecord> = match &call.key {
            Some((account, id)) => self.store.find_key(account, id).await?,
            None => None,
        };
        let (why, advice) = self.refusal_words(&call, key.as_ref(), zone);
        let entries = match call.cause {
            Cause::Entries(entries) => entries,
            _ => Vec::new(),
        };
        Ok(Explanation {
            at: moment(call.at, zone),
            now: moment(now, zone),
            code: call.code,
            why,
            advice,
            call: format!("{} {}", call.method, call.route).trim().to_owned(),
            key: key.map(|key| (key.id, key.name, key.preview)),
            entries,
        })
    }

    /// Returns why a call was refused, and what to do about it.
    pub(crate) fn refusal_words(
        &self,
        call: &RefusedCall,
        key: Option<&KeyRecord>,
        zone: &Zone,
    ) -> (String, String) {
        words::words(call, key, zone, &self.public_url)
    }

    /// Deletes the refusals that can no longer be looked up.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_refusals(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        while self.store.sweep_refusals(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}
