//! The audit log: who did what, when, from where, and what was different afterwards. Every role may
//! read it.

mod filter;
mod words;

pub use words::title;
pub(crate) use words::{capitalised, details, in_a_sentence, who};

use crate::clock::Clock;
use crate::error::Error;
use crate::sessions::Member;
use crate::store::{Action, Actor, AuditFilter, AuditPorts, LoggedEvent};
use crate::view::moment;
use crate::zone::Zone;
use domain::{AccountId, AuditForm, AuditName, AuditPage, AuditRow, Failure, KeyId, MemberId};
use std::sync::Arc;

/// Events on one page.
const PAGE: u32 = 50;
/// Members that the form offers. Links in the rows lead to the events of others.
const PEOPLE: u32 = 200;
/// Events read at once for a file.
const PIECE: u32 = 500;
/// Number of events that a filter is applied to for one page or one piece of a file. The next one
/// continues after them.
const SEARCHED: u32 = 10_000;

/// Consecutive events of the log, newest first.
#[derive(Debug)]
pub struct AuditPiece {
    pub events: Vec<LoggedEvent>,
    /// The number before which the next piece begins; `None` at the end of the log. A piece that a
    /// filter leaves empty can have one, too.
    pub next_before: Option<u64>,
    /// Whether the search stopped before it had found the requested number of events.
    pub stopped: bool,
}

/// The audit log of an account.
pub struct AuditLog {
    pub(crate) store: Arc<dyn AuditPorts>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl AuditLog {
    /// Returns a page of the log, and the number before which the next page begins, if there is
    /// one.
    ///
    /// Errors in the form are part of the page.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        member: &Member,
        form: AuditForm,
        before: Option<u64>,
    ) -> Result<(AuditPage, Option<u64>), Error> {
        let (account, zone) = (&member.account_id, &member.time_zone);
        let (filter, errors) = match filter::parse(&form, zone) {
            Ok(filter) => (Some(filter), Vec::new()),
            Err(errors) => (None, errors),
        };
        let piece = match &filter {
            Some(filter) => self.search_log(account, filter, before, PAGE).await?,
            None => AuditPiece {
                events: Vec::new(),
                next_before: None,
                stopped: false,
            },
        };
        let mut who = self.people(member, &form.who).await?;
        // Keys are too many to be listed; only the selected one is added, by its name.
        let key = form.who.strip_prefix(filter::KEY);
        if let Some(name) = self.key_named(member, key).await? {
            who.push((form.who.clone(), format!("API key “{name}”")));
        }
        let page = AuditPage {
            rows: piece
                .events
                .into_iter()
                .map(|event| row(event, zone))
                .collect(),
            stopped: piece.stopped,
            now: moment(self.clock.now(), zone),
            errors,
            who,
            what: filter::groups(),
            thing: self.key_named(member, Some(&form.thing)).await?,
            zone: zone.name().to_owned(),
            first: before.is_none(),
            form,
            next: None,
            query: String::new(),
        };
        Ok((page, piece.next_before))
    }

    /// Parses the filter form.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with everything that is wrong.
    pub fn filter(&self, member: &Member, form: &AuditForm) -> Result<AuditFilter, Failure> {
        filter::parse(form, &member.time_zone).map_err(|errors| Failure::Invalid { errors })
    }

    /// Returns the next piece of the log, for a file of all of it: some hundred events below the
    /// number `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn piece(
        &self,
        member: &Member,
        filter: &AuditFilter,
        before: Option<u64>,
    ) -> Result<AuditPiece, Error> {
        self.search_log(&member.account_id, filter, before, PIECE)
            .await
    }

    async fn search_log(
        &self,
        account: &AccountId,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AuditPiece, Error> {
        // Without a filter, each event that is read is in the piece.
        let end = if *filter == AuditFilter::default() {
            None
        } else {
            let end = self.store.audit_end(account, filter, before, SEARCHED);
            end.await?
        };
        // One more event than fits shows that there is a next piece.
        let log = self
            .store
            .audit_log(account, filter, before, end, limit + 1);
        let mut events = log.await?;
        let full = events.len() > limit as usize;
        events.truncate(limit as usize);
        let last = events.last().filter(|_| full).map(|event| event.seq);
        Ok(AuditPiece {
            events,
            next_before: last.or(end),
            stopped: !full && end.is_some(),
        })
    }

    /// Returns the choices of actors: the first members, with the active ones first, and the
    /// selected member.
    async fn people(&self, member: &Member, asked: &str) -> Result<Vec<(String, String)>, Error> {
        let account = &member.account_id;
        let mut members = self.store.list_members(account, None, PEOPLE).await?;
        let asked = asked.strip_prefix(filter::MEMBER);
        if let Some(id) = asked.and_then(|id| MemberId::parse(id).ok())
            && members.iter().all(|one| one.id != id)
        {
            members.extend(self.store.find_teammate(account, &id).await?);
        }
        let people = members.into_iter().map(|one| {
            (
                format!("{}{}", filter::MEMBER, one.id),
                one.email.to_string(),
            )
        });
        let mut choices: Vec<_> = people.collect();
        choices.insert(0, (String::new(), "Anyone".to_owned()));
        choices.push((filter::KEYS.to_owned(), "Any API key".to_owned()));
        choices.push((filter::OPERATOR.to_owned(), words::OPERATOR.to_owned()));
        choices.push((filter::UNKNOWN.to_owned(), words::UNKNOWN.to_owned()));
        Ok(choices)
    }

    async fn key_named(&self, member: &Member, id: Option<&str>) -> Result<Option<String>, Error> {
        let Some(id) = id.and_then(|id| KeyId::parse(id).ok()) else {
            return Ok(None);
        };
        let key = self.store.find_key(&member.account_id, &id).await?;
        Ok(key.map(|key| key.name.to_string()))
    }
}

fn row(logged: LoggedEvent, zone: &Zone) -> AuditRow {
    let LoggedEvent {
        event,
        actor,
        subject,
        ..
    } = logged;
    let filter = match &event.actor {
        Actor::Member(id) => format!("{}{id}", filter::MEMBER),
        Actor::Key(id) => format!("{}{id}", filter::KEY),
        Actor::System => filter::OPERATOR.to_owned(),
        Actor::Unknown => filter::UNKNOWN.to_owned(),
    };
    // The name at the time of the event, if the event contains it.
    let then = event.detail["name"].as_str().map(str::to_owned);
    let named = match event.action {
        Action::InventoryUpdated if event.subject == "inventory" => None,
        Action::InventoryUpdated | Action::ItemDeleted => Some(event.subject.clone()),
        Action::LeadCreated | Action::LeadErased | Action::LeadUpdated => {
            Some(event.subject.clone())
        }
        // The actor is also the subject.
        _ if event.actor.parts().1 == Some(event.subject.as_str()) => None,
        _ => subject.map(|now| then.unwrap_or(now)),
    };
    AuditRow {
        at: moment(event.at, zone),
        what: title(event.action).to_owned(),
        details: details(&event.detail, named.is_some(), zone),
        thing: named.map(|name| AuditName {
            name,
            filter: Some(event.subject),
        }),
        who: AuditName {
            name: who(&event.actor, actor),
            filter: Some(filter),
        },
        ip: event.ip.map(|ip| ip.to_string()),
        user_agent: event.user_agent,
    }
}
