//! Data of the Audit log page.

use super::filter::{self, KEY, KEYS, MEMBER, OPERATOR, UNKNOWN};
use super::words::{self, details, event_title, who};
use crate::ListAddress;
use domain::{
    AuditForm, AuditGroup, AuditName, AuditPage, AuditRow, Failure, FieldError, FilterMenu, KeyId,
    KeyName, MemberId,
};
use service::audit::{AuditBatch, AuditSearch, UnusableText};
use service::store::{Action, Actor, LoggedEvent};
use service::{Error, Member, Zone};
use web::AppState;
use web::cursor::{ChangeList, read_change, write_change};
use web::words::browser::agent_name;
use web::words::time::display_time;

/// Parses the form and finds the keys that it names, or returns what is wrong with it.
///
/// # Errors
/// The database's.
pub async fn search(
    state: &AppState,
    member: &Member,
    form: &AuditForm,
) -> Result<Result<AuditSearch, Vec<FieldError>>, Error> {
    let filter = match filter::parse(form, member.time_zone()) {
        Ok(filter) => filter,
        Err(errors) => return Ok(Err(errors)),
    };
    let search = state.services.audit.search(member, filter, &form.thing);
    Ok(search.await?.map_err(|text| vec![filter::unusable(text)]))
}

/// Returns a page of the log. Errors in the form are part of it.
///
/// # Errors
/// [`Failure::NotFound`] for a cursor that this server did not write, and the database's.
pub async fn page(
    state: &AppState,
    member: &Member,
    mut form: AuditForm,
    cursor: Option<&str>,
) -> Result<AuditPage, Error> {
    let (audit, zone) = (&state.services.audit, member.time_zone());
    let before =
        cursor.map(|text| read_change(ChangeList::AuditLog, text).ok_or(Failure::NotFound));
    let before = before.transpose()?;
    let (piece, errors) = match search(state, member, &form).await? {
        Ok(search) => (audit.page(member, &search, before).await?, Vec::new()),
        Err(errors) => (AuditBatch::default(), errors),
    };
    if errors.contains(&filter::unusable(UnusableText::FullKey)) {
        form.thing.clear();
    }
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
    // An account may have too many keys to list them, so only the selected one is added, with its
    // name.
    if let Some(name) = key_name(state, member, selected(KEY)).await? {
        who.push((form.who.clone(), format!("API key “{name}”")));
    }
    let what = filter::groups();
    let thing = key_name(state, member, Some(form.thing.trim())).await?;
    let filters = if errors.is_empty() {
        filters(&form, &who, &what, thing.as_ref())
    } else {
        Vec::new()
    };
    let address = address(&form);
    let cursor = |number| write_change(ChangeList::AuditLog, number);
    let events = piece.events.into_iter();
    Ok(AuditPage {
        rows: events.map(|event| row(event, zone)).collect(),
        stopped: piece.stopped,
        now: display_time(state.services.clock.now(), zone),
        errors,
        who,
        what,
        filters,
        zone: zone.name().to_owned(),
        first: before.map(|_| address.to_string()),
        next: (piece.next_before)
            .map(|number| address.clone().with("cursor", cursor(number)).to_string()),
        query: address.query(),
        form,
    })
}

fn address(form: &AuditForm) -> ListAddress<'_> {
    ListAddress::new("/audit", form.fields())
}

/// Returns the filters that apply. `thing` is the name of the key whose id the form contains.
fn filters(
    form: &AuditForm,
    who: &[(String, String)],
    what: &[AuditGroup],
    thing: Option<&KeyName>,
) -> Vec<FilterMenu> {
    let label = |value: &str, choices: &[(String, String)]| {
        let choice = choices.iter().find(|(choice, _)| choice == value);
        choice.map_or_else(|| value.to_owned(), |(_, label)| label.clone())
    };
    let actions: Vec<_> = what
        .iter()
        .flat_map(|group| group.choices.clone())
        .collect();
    let filters = form.fields().into_iter();
    let filters = filters.filter(|(_, value)| !value.is_empty());
    let filters = filters.map(|(name, value)| {
        let (title, text) = match name {
            "who" => ("Actor", label(value, who)),
            "what" => ("Action", label(value, &actions)),
            "thing" => ("Key or ID", thing.map_or(value, KeyName::as_str).to_owned()),
            "from" => ("From", value.to_owned()),
            _ => ("To", value.to_owned()),
        };
        FilterMenu {
            name,
            label: title,
            current: Some((text, address(form).without(name).to_string())),
            choices: Vec::new(),
        }
    });
    filters.collect()
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

/// Describes one event.
pub fn row(logged: LoggedEvent, zone: &Zone) -> AuditRow {
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
            Some(words::lead(&event.subject))
        }
        // The actor is also the subject.
        _ if event.actor.parts().1 == Some(event.subject.as_str()) => None,
        _ => subject.map(|now| then.unwrap_or(now)),
    };
    AuditRow {
        at: display_time(event.at, zone),
        what: event_title(event.action, &event.detail).to_owned(),
        action: event.action.as_str().to_owned(),
        details: details(&event.detail, named.is_some(), zone),
        thing: named.map(|name| AuditName {
            name,
            page: is_key(event.action).then(|| format!("/keys/{}", event.subject)),
            filter: event.subject,
        }),
        who: AuditName {
            name: who(&event.actor, actor),
            page: match &event.actor {
                Actor::Key(id) => Some(format!("/keys/{id}")),
                _ => None,
            },
            filter,
        },
        ip: event.ip.map(|ip| ip.to_string()),
        browser: event.user_agent.as_deref().and_then(agent_name),
        user_agent: event.user_agent,
        request_id: event.request_id,
    }
}

/// Whether the subject of this action is one key.
fn is_key(action: Action) -> bool {
    use Action::{KeyAllRevoked, KeyCreationAllowed, KeyCreationStopped};
    let is_of_all = matches!(
        action,
        KeyAllRevoked | KeyCreationAllowed | KeyCreationStopped
    );
    action.as_str().starts_with("key.") && !is_of_all
}
