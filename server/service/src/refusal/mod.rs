//! Why a call was refused, for whoever has its request id.
//!
//! What is kept is made of our own words alone: codes, names of ours, numbers and the caller's address; nothing of it is a
//! text that the caller sent, in which a secret could stand. Where the key was one of ours, only its account sees it. Else
//! the call belongs to nobody, and whoever was given its id, of 128 random bits, learns what was wrong with it.

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

/// For so long a refusal can be looked up.
const KEPT_SECONDS: i64 = 7 * 86_400;
/// Rows that go in one transaction, so that nobody waits long for it.
const SWEEP_ROWS: u32 = 1_000;

/// The id of a call, as its caller was told: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallId(String);

impl CallId {
    /// `None` for other texts.
    pub fn parse(raw: &str) -> Option<Self> {
        let text = raw.trim().to_ascii_lowercase();
        let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is known of a refusal beside its code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    #[default]
    Nothing,
    /// What was wrong with the form of the key.
    Form(Malformed),
    /// Where the call came from.
    Address(IpAddr),
    /// The permission that it needed.
    Scope(Scope),
    /// The key's own limit was reached, and not that of failed attempts.
    OwnLimit,
    /// The limit of all keys of the account together was reached.
    AccountLimit,
    /// Pointers into the body, each with its code.
    Entries(Vec<(String, String)>),
}

impl Service {
    /// Notes a call that was refused, in memory.
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

    /// Why the call with this id was refused; `None` where nothing is asked yet.
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
        // Long texts are no ids, and nobody needs them back.
        let id = if raw.contains("vx_") {
            // Somebody pasted a key, which no page shows again.
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

    /// Why a call was refused, and what to do about it.
    pub(crate) fn refusal_words(
        &self,
        call: &RefusedCall,
        key: Option<&KeyRecord>,
        zone: &Zone,
    ) -> (String, String) {
        words::words(call, key, zone, &self.public_url)
    }

    /// Forgets what can be looked up no more.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_refusals(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        while self.store.sweep_refusals(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}
