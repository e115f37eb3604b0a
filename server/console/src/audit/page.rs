//! Data of the Audit log page.

use super::filter::{self, KEY, KEYS, MEMBER, OPERATOR, UNKNOWN};
use super::words::{self, details, title, who};
use domain::{AuditForm, AuditName, AuditPage, AuditRow, Failure, KeyId, KeyName, MemberId};
use service::audit::AuditBatch;
use service::store::{Action, Actor, LoggedEvent};
use service::{Error, Member, Zone};
use url::form_urlencoded;
use web::AppState;
use web::cursor::{ChangeList, read_change, write_change};
use web::words::time::display_time;

/// Returns a page of the log. Errors in the form are part of it.
///
/// # Errors
/// [`Failure::NotFound`] for a cursor that this server did not write, and the database's.
pub async fn page(
    state: &AppState,
    member: &Member,
    form: AuditForm,
    cursor: Option<&str>,
) -> Result<AuditPage, Error> {
    let (audit, zone) = (&state.services.audit, member.time_zone());
    let before =
        cursor.map(|text| read_change(ChangeList::AuditLog, text).ok_or(Failure::NotFound));
    let before = before.transpose()?;
    let (piece, errors) = match filter::parse(&form, zone) {
        Ok(filter) => (audit.page(member, &filter, before).await?, Vec::new()),
        Err(errors) => (AuditBatch::default(), errors),
    };
    let selected = |prefix| form.who.strip_prefix(prefix);
    let selected_member = selected(MEMBER).and_then(|id| MemberId::parse(id).ok());
    let people = audit.people(member, selected_member.as_ref()).await?;
    let mut who = vec![(String::new(), "Anyone".to_owned())];
    who.extend(people.into_iter().map(|person| {
        let value = format!("{MEMBER}{}", person.id);
        (value, person.email.to_string())
    }));
    who.push((KEYS.to_owned(), "Any API key".to_owned()));
    who.push((OPERATOR.to_owned(), words::OPERATOR.to_owned()));
    who.push((UNKNOWN.to_owned(), words::UNKNOWN.to_owned()));
    // Keys are too many to be listed; only the selected one is added, by its name.
    if let Some(name) = key_name(state, member, selected(KEY)).await? {
        who.push((form.who.clone(), format!("API key “{name}”")));
    }
    let filled = form.fields().into_iter();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(filled.filter(|(_, value)| !value.is_empty()))
        .finish();
    let events = piece.events.into_iter();
    Ok(AuditPage {
        rows: events.map(|event| row(event, zone)).collect(),
        stopped: piece.stopped,
        now: display_time(state.services.clock.now(), zone),
        errors,
        who,
        what: filter::groups(),
        thing: key_name(state, member, Some(&form.thing))
            .await?
            .map(|name| name.to_string()),
        zone: zone.name().to_owned(),
        first: before.is_none(),
        next: piece.next_before.map(|number| {
            let separator = if query.is_empty() { "" } else { "&" };
            let cursor = write_change(ChangeList::AuditLog, number);
            format!("/audit?{query}{separator}cursor={cursor}")
        }),
        query,
        form,
    })
}

async fn key_name(
    state: &AppState,
    member: &Member,
    id: Option<&str>,
) -> Result<Option<KeyName>, Error> {
    match id.and_then(|id| KeyId::parse(id).ok()) {
        Some(id) => state.services.audit.key_name(member, &id).await,
        None => Ok(None),
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
        Actor::Member(id) => format!("{MEMBER}{id}"),
        Actor::Key(id) => format!("{KEY}{id}"),
        Actor::System => OPERATOR.to_owned(),
        Actor::Unknown => UNKNOWN.to_owned(),
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
        at: display_time(event.at, zone),
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
