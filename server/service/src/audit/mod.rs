//! The audit log: who did what, when, from where, and what was different afterwards. Every role may read it.

mod filter;
mod words;

pub use words::title;
pub(crate) use words::{capitalised, details, in_a_sentence, who};

use crate::store::{Action, Actor, AuditFilter, LoggedEvent};
use crate::view::moment;
use crate::{Error, Member, Service, Zone};
use domain::{AccountId, AuditForm, AuditName, AuditPage, AuditRow, Failure, KeyId, MemberId};

/// How many lines one page shows.
const PAGE: u32 = 50;
/// Members whom the form offers. The log can be asked for others by the links in its rows.
const PEOPLE: u32 = 200;
/// How many lines are read at once for a file.
const PIECE: u32 = 500;
/// Number of events that a filter is applied to for one page or one piece of a file. The next one continues after them.
const SEARCHED: u32 = 10_000;

/// Some events of the log, newest first.
#[derive(Debug)]
pub struct AuditPiece {
    pub events: Vec<LoggedEvent>,
    /// The number before which the next piece begins; `None` at the end of the log. A piece that a filter leaves empty can
    /// have one, too.
    pub next_before: Option<u64>,
    /// Whether the search stopped before there were as many events as were asked for.
    pub stopped: bool,
}

impl Service {
    /// A page of the log, and the number before which the next one goes on, where there is one.
    ///
    /// What is wrong with the form is told in the page.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit_page(
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
        // Keys are too many to be listed; the one that is asked for stands there by its name.
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

    /// What is asked of the log, checked.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with everything that is wrong.
    pub fn audit_filter(&self, member: &Member, form: &AuditForm) -> Result<AuditFilter, Failure> {
        filter::parse(form, &member.time_zone).map_err(|errors| Failure::Invalid { errors })
    }

    /// The next piece of the log, for a file of all of it: up to some hundred events below the number `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit_piece(
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
        // Without a filter, each event that is looked at is in the piece.
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

    /// The choices of actors: the first members, of whom the active ones come first, and the member who is asked for.
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
    // As it was called then, where the event says that.
    let then = event.detail["name"].as_str().map(str::to_owned);
    let named = match event.action {
        Action::InventoryUpdated if event.subject == "inventory" => None,
        Action::InventoryUpdated | Action::ItemDeleted => Some(event.subject.clone()),
        Action::LeadCreated | Action::LeadErased | Action::LeadUpdated => {
            Some(event.subject.clone())
        }
        // Who did it is who it was done to.
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
