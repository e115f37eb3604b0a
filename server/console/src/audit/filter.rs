//! Filters of the audit log.

use super::words::title;
use domain::{AuditForm, AuditGroup, Field, FieldError, KeyId, MemberId};
use service::Zone;
use service::audit::{MAX_NAMED_KEYS, UnusableText};
use service::store::{Action, Actor, ActorFilter, AuditFilter};

pub(super) const MEMBER: &str = "member:";
pub(super) const KEY: &str = "key:";
pub(super) const KEYS: &str = "keys";
pub(super) const OPERATOR: &str = "operator";
pub(super) const UNKNOWN: &str = "unknown";

/// Value, label and subjects of each group. Every action belongs to one group.
const GROUPS: [(&str, &str, &[&str]); 6] = [
    ("keys", "API keys", &["key"]),
    ("team", "Team", &["member", "invitation"]),
    (
        "sign-ins",
        "Sign-ins and passwords",
        &["session", "password", "factor"],
    ),
    ("account", "Settings", &["account"]),
    ("inventory", "Inventory", &["inventory", "item"]),
    ("leads", "Leads", &["lead"]),
];

/// Returns the choices of the form.
pub(super) fn groups() -> Vec<AuditGroup> {
    let group = |(value, label, _): &(&str, &str, _)| {
        let all = ((*value).to_owned(), format!("{label}: all actions"));
        let each = actions(value).into_iter();
        let each = each.map(|action| (action.as_str().to_owned(), title(action).to_owned()));
        AuditGroup {
            label: (*label).to_owned(),
            choices: std::iter::once(all).chain(each).collect(),
        }
    };
    GROUPS.iter().map(group).collect()
}

/// Returns the error of a text that selects no events.
pub fn unusable(text: UnusableText) -> FieldError {
    let message = match text {
        UnusableText::FullKey => {
            "That looks like a full key. Filters appear in the page's address, so enter its first characters or its name, or use “Identify a key”.".to_owned()
        }
        UnusableText::TooManyKeys => {
            format!("More than {MAX_NAMED_KEYS} keys match. Enter more of the name.")
        }
    };
    FieldError {
        field: Field::Thing,
        message,
    }
}

/// Parses the form, except for the name or id of what was changed.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(form: &AuditForm, zone: &Zone) -> Result<AuditFilter, Vec<FieldError>> {
    const DAY: &str = "Enter a valid date, such as 2026-11-23.";
    let mut errors = Vec::new();
    let mut wrong = |field, message: &str| {
        errors.push(FieldError {
            field,
            message: message.to_owned(),
        });
    };
    let mut filter = AuditFilter::default();
    if !form.who.is_empty() {
        filter.by = by(&form.who);
        if filter.by.is_none() {
            wrong(Field::Who, "Select an actor.");
        }
    }
    if !form.what.is_empty() {
        filter.actions = actions(&form.what);
        if filter.actions.is_empty() {
            wrong(Field::What, "Select an action.");
        }
    }
    let (first, last) = (form.from.trim(), form.to.trim());
    if !first.is_empty() {
        match zone.start_of_day(first) {
            Some(from) => filter.from = from,
            None => wrong(Field::From, DAY),
        }
    }
    if !last.is_empty() {
        match zone.end_of_day(last) {
            Some(until) => filter.until = until,
            None => wrong(Field::To, DAY),
        }
    }
    if filter.from >= filter.until {
        wrong(
            Field::To,
            "The end date must be on or after the start date.",
        );
    }
    if errors.is_empty() {
        Ok(filter)
    } else {
        Err(errors)
    }
}

fn by(who: &str) -> Option<ActorFilter> {
    let member = |id| MemberId::parse(id).ok().map(Actor::Member);
    let key = |id| KeyId::parse(id).ok().map(Actor::Key);
    match who {
        KEYS => Some(ActorFilter::AnyKey),
        OPERATOR => Some(ActorFilter::One(Actor::System)),
        UNKNOWN => Some(ActorFilter::One(Actor::Unknown)),
        _ => {
            let member = who.strip_prefix(MEMBER).and_then(member);
            let key = who.strip_prefix(KEY).and_then(key);
            member.or(key).map(ActorFilter::One)
        }
    }
}

/// Returns the actions of a group, or the one action of this name.
fn actions(what: &str) -> Vec<Action> {
    if let Some(action) = Action::ALL
        .into_iter()
        .find(|action| action.as_str() == what)
    {
        return vec![action];
    }
    let group = GROUPS.iter().find(|(value, ..)| *value == what);
    let subjects = group.map_or(&[][..], |(_, _, subjects)| *subjects);
    Action::ALL
        .into_iter()
        .filter(|action| subjects.contains(&subject(*action)))
        .collect()
}

/// Returns the kind of thing that an action concerns, by which it is grouped.
fn subject(action: Action) -> &'static str {
    match action {
        // The sessions of a member are grouped with those that the member ends. The name of the
        // action begins with `member` since the log records it for the member.
        Action::MemberSignedOut => "session",
        action => action.as_str().split('.').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        Zone::parse("Europe/Berlin").unwrap()
    }

    #[test]
    fn every_action_is_in_one_group() {
        for action in Action::ALL {
            let groups = GROUPS.iter();
            let count = groups.filter(|(value, ..)| actions(value).contains(&action));
            assert_eq!(count.count(), 1, "{action:?}");
        }
    }

    #[test]
    fn every_choice_of_an_action_selects_events() {
        for (value, label) in groups().into_iter().flat_map(|group| group.choices) {
            let form = AuditForm {
                what: value.clone(),
                ..AuditForm::default()
            };
            let actions = parse(&form, &berlin()).unwrap().actions;
            let is_group = label.ends_with(": all actions");
            assert_eq!(actions.len() == 1, !is_group, "{value}, {label}");
        }
    }

    #[test]
    fn empty_form_selects_every_event() {
        let filter = parse(&AuditForm::default(), &berlin()).unwrap();
        assert_eq!(filter, AuditFilter::default());
    }

    #[test]
    fn date_range_uses_the_accounts_time_zone_and_includes_all_of_its_last_day() {
        let form = AuditForm {
            from: "2026-11-23".into(),
            to: "2026-11-23".into(),
            ..AuditForm::default()
        };
        let filter = parse(&form, &berlin()).unwrap();
        let written = [filter.from, filter.until].map(service::rfc3339);
        assert_eq!(written, ["2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"]);
    }

    #[test]
    fn actor_filter_accepts_every_value_that_the_list_writes() {
        for (who, actor) in [
            ("member:m1", Actor::Member(MemberId::parse("m1").unwrap())),
            ("key:k1", Actor::Key(KeyId::parse("k1").unwrap())),
            ("operator", Actor::System),
            ("unknown", Actor::Unknown),
        ] {
            assert_eq!(by(who), Some(ActorFilter::One(actor)));
        }
        assert_eq!(by("keys"), Some(ActorFilter::AnyKey));
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let form = AuditForm {
            who: "member:".into(),
            what: "everything".into(),
            thing: "any text".into(),
            from: "yesterday".into(),
            to: "2026-02-30".into(),
        };
        let fields: Vec<_> = parse(&form, &berlin())
            .unwrap_err()
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, [Field::Who, Field::What, Field::From, Field::To]);
        let backwards = AuditForm {
            from: "2026-11-24".into(),
            to: "2026-11-23".into(),
            ..AuditForm::default()
        };
        assert_eq!(
            parse(&backwards, &berlin()).unwrap_err()[0].field,
            Field::To
        );
    }
}
