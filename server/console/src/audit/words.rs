//! Texts of the audit log.

use domain::AuditDetail;
use serde::Deserialize as _;
use serde_json::{Map, Value};
use service::store::{Action, Actor, Receipt};
use service::{Zone, parse_rfc3339};
use web::words::receipt;
use web::words::time::{display_time, expiry_words};

pub const OPERATOR: &str = "The operator";
/// The actor of a failed attempt.
pub const UNKNOWN: &str = "Unknown person";

/// Names of the fields, in the order in which they are shown. Others follow under their stored
/// names.
const FIELDS: [(&str, &str); 37] = [
    ("name", "Name"),
    ("email", "Email"),
    ("owner", "Owner"),
    ("role", "Role"),
    ("time_zone", "Time zone"),
    ("currency", "Default currency"),
    ("preview", "Key preview"),
    ("scopes", "Permissions"),
    ("expires_at", "Expires"),
    ("ends_at", "Expires"),
    ("note", "Note"),
    ("limit", "Rate limit"),
    ("allow_list", "Allowed IPs"),
    ("keys", "Keys"),
    ("reason", "Reason"),
    ("receipt", "Receipt"),
    ("changed", "Fields"),
    ("id", "Item"),
    ("source", "Source"),
    ("file", "File"),
    ("mode", "Mode"),
    ("received", "Received"),
    ("created", "Added"),
    ("updated", "Changed"),
    ("unchanged", "Unchanged"),
    ("removed", "Removed"),
    ("rejected", "Skipped"),
    ("per_second", "Requests per second"),
    ("depth", "Burst size"),
    ("paused", "Keys paused until confirmed"),
    ("together", "Keys changed together"),
    ("all", "All keys of the account"),
    ("attempts", "Attempts"),
    ("hour", "Hour from"),
    ("from", "From"),
    ("before", "Before"),
    ("after", "After"),
];

/// Returns a short description of what happened.
pub const fn title(action: Action) -> &'static str {
    match action {
        Action::AccountCreated => "Account created",
        Action::AccountRestored => "Account restored from a backup",
        Action::AccountUpdated => "Settings changed",
        Action::InventoryUpdated => "Inventory updated",
        Action::FactorBlocked => "Codes rejected for 15 minutes",
        Action::FactorDisabled => "Two-factor authentication turned off",
        Action::FactorEnabled => "Two-factor authentication turned on",
        Action::FactorOptional => "Two-factor authentication made optional",
        Action::FactorRecoveryRenewed => "Recovery codes replaced",
        Action::FactorRecoveryUsed => "Signed in with a recovery code",
        Action::FactorRefused => "Wrong code",
        Action::FactorRequired => "Two-factor authentication required for everyone",
        Action::InvitationCreated => "Member invited",
        Action::InvitationWithdrawn => "Invitation canceled",
        Action::ItemDeleted => "Item removed",
        Action::KeyAllRevoked => "All API keys revoked",
        Action::KeyCreated => "API key created",
        Action::KeyCreationAllowed => "Key creation turned on",
        Action::KeyCreationStopped => "Key creation turned off",
        Action::KeyEdited => "API key edited",
        Action::KeyNoticeRejected => "Email about an expiring key was rejected",
        Action::KeyPaused => "API key paused",
        Action::KeyResumed => "API key resumed",
        Action::KeyRevoked => "API key revoked",
        Action::KeyRotated => "API key rotated",
        Action::KeyUnwatched => "IP learning canceled",
        Action::KeyWatched => "IP learning started",
        Action::LeadCreated => "Lead added",
        Action::LeadErased => "Lead erased",
        Action::LeadsExported => "Leads exported",
        Action::LeadUpdated => "Lead changed",
        Action::MemberDeactivated => "Member deactivated",
        Action::MemberHandedOver => "Ownership transferred",
        Action::MemberJoined => "Member joined",
        Action::MemberReactivated => "Member reactivated",
        Action::MemberRoleChanged => "Role changed",
        Action::MemberSignedOut => "Sessions ended",
        Action::PasswordChanged => "Password changed",
        Action::PasswordRefused => "Wrong password in an open session",
        Action::PasswordReset => "Password reset",
        Action::PasswordResetOffered => "Password reset link created",
        Action::SessionEnded => "Signed out",
        Action::SessionOpened => "Signed in",
        Action::SessionOthersEnded => "Other sessions ended",
        Action::SessionRefused => "Sign-in failed",
    }
}

/// Returns a short description of an event. An edit that undid an earlier one is named as such.
pub fn event_title(action: Action, detail: &Value) -> &'static str {
    match action {
        Action::KeyEdited if detail["undo"] == true => "API key edit undone",
        action => title(action),
    }
}

/// Returns the name of the actor. `name` is the member's address or the key's name.
pub fn who(actor: &Actor, name: Option<String>) -> String {
    match (actor, name) {
        (Actor::Key(_), Some(name)) => format!("API key “{name}”"),
        (Actor::Member(_) | Actor::System | Actor::Unknown, Some(name)) => name,
        (Actor::Member(_), None) => "A member".to_owned(),
        (Actor::Key(_), None) => "An API key".to_owned(),
        (Actor::System, None) => OPERATOR.to_owned(),
        (Actor::Unknown, None) => UNKNOWN.to_owned(),
    }
}

/// Returns a short name for a lead, whose own name the log does not contain. Ids of one day begin
/// alike, so the name has the end of the id.
pub fn lead(id: &str) -> String {
    /// Characters of an id that are shown.
    const SHOWN: usize = 8;
    match id.char_indices().nth_back(SHOWN - 1) {
        Some((start, _)) if start > 0 => format!("Lead …{}", &id[start..]),
        _ => format!("Lead {id}"),
    }
}

/// Returns every changed field with its value before and after, and the other fields of the event.
/// If `named`, the name and the id are shown elsewhere and left out.
pub fn details(detail: &Value, named: bool, zone: &Zone) -> Vec<AuditDetail> {
    let empty = Map::new();
    let all = detail.as_object().unwrap_or(&empty);
    let is_shown = |field: &str| match field {
        "before" | "after" | "undo" => false,
        "name" | "id" | "preview" => !named,
        _ => true,
    };
    let plain_text = ordered(all)
        .filter(|(field, value)| is_shown(field) && !value.is_null())
        .map(|(field, value)| AuditDetail {
            field: label(field),
            before: None,
            after: field_words(field, value, zone),
        });
    let (Some(before), Some(after)) = (detail["before"].as_object(), detail["after"].as_object())
    else {
        return plain_text.collect();
    };
    let changed = ordered(after)
        .filter(|(field, value)| before.get(*field).unwrap_or(&Value::Null) != *value)
        .map(|(field, value)| AuditDetail {
            field: label(field),
            before: Some(field_words(
                field,
                before.get(field).unwrap_or(&Value::Null),
                zone,
            )),
            after: field_words(field, value, zone),
        });
    changed.chain(plain_text).collect()
}

/// Joins all details in one line.
pub fn join_details(details: &[AuditDetail]) -> String {
    details.iter().map(describe).collect::<Vec<_>>().join("; ")
}

/// Describes one detail in a line.
pub fn describe(detail: &AuditDetail) -> String {
    match &detail.before {
        Some(before) => format!("{}: {before} → {}", detail.field, detail.after),
        None => format!("{}: {}", detail.field, detail.after),
    }
}

fn ordered(fields: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let known = FIELDS
        .iter()
        .filter_map(|(name, _)| Some((*name, fields.get(*name)?)));
    let others = fields
        .iter()
        .filter(|(name, _)| FIELDS.iter().all(|(known, _)| known != name))
        .map(|(name, value)| (name.as_str(), value));
    known.chain(others)
}

fn label(field: &str) -> String {
    if let Some((_, label)) = FIELDS.iter().find(|(name, _)| *name == field) {
        return (*label).to_owned();
    }
    capitalize(&field.replace('_', " "))
}

pub fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

/// Returns the words for the source of a feed and for its mode, as the import of the console names
/// them.
fn import_words(field: &str, value: &Value) -> Option<&'static str> {
    match (field, value.as_str()?) {
        ("source", "import") => Some("File imported in the console"),
        ("mode", "merge") => Some("Add and change items"),
        ("mode", "update") => Some("Change fields only"),
        ("mode", "replace") => Some("Replace the inventory"),
        _ => None,
    }
}

/// Returns the words for a setting of a key that is not set.
fn unset_words(field: &str) -> &'static str {
    match field {
        "limit" => "account default",
        "allow_list" => "any",
        "expires_at" => "never",
        _ => "none",
    }
}

/// Returns the words for the value of a field.
fn field_words(field: &str, value: &Value, zone: &Zone) -> String {
    if let Some(words) = import_words(field, value) {
        return words.to_owned();
    }
    if value.is_null() {
        return unset_words(field).to_owned();
    }
    match (field, value.as_str().and_then(parse_rfc3339)) {
        ("expires_at" | "ends_at", Some(end)) => expiry_words(end, zone),
        _ => words(value, zone),
    }
}

fn words(value: &Value, zone: &Zone) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) => match parse_rfc3339(text) {
            Some(at) => display_time(at, zone).exact,
            None => text.clone(),
        },
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => {
            let texts: Vec<_> = list.iter().map(|value| words(value, zone)).collect();
            texts.join(", ")
        }
        Value::Object(limit) if limit.contains_key("per_second") => format!(
            "{} requests per second, bursts up to {}",
            limit["per_second"], limit["depth"]
        ),
        Value::Object(fields) => {
            if let Ok(receipt) = Receipt::deserialize(value) {
                return receipt::describe(receipt, false);
            }
            let texts: Vec<_> = ordered(fields)
                .map(|(field, value)| format!("{} {}", label(field), words(value, zone)))
                .collect();
            texts.join(", ")
        }
        Value::Number(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn details_text(detail: &Value, named: bool) -> String {
        join_details(&details(
            detail,
            named,
            &Zone::parse("Europe/Berlin").unwrap(),
        ))
    }

    #[test]
    fn change_is_described_by_the_values_that_differ() {
        let detail = json!({
            "name": "Feed",
            "before": { "name": "Feed", "scopes": ["leads:read"], "note": null, "limit": null, "expires_at": null },
            "after": {
                "name": "Feed", "scopes": ["leads:read", "leads:write"], "note": "Ask Grace",
                "limit": { "depth": 7, "per_second": 3 }, "expires_at": "2030-01-31T23:00:00Z",
            },
        });
        assert_eq!(
            details_text(&detail, true),
            "Permissions: leads:read → leads:read, leads:write; Expires: never → 31 Jan 2030; \
             Note: none → Ask Grace; Rate limit: account default → 3 requests per second, bursts up to 7"
        );
    }

    #[test]
    fn undo_is_named_in_the_title_instead_of_the_details() {
        let detail = json!({
            "undo": true, "before": { "note": "Ask Grace" }, "after": { "note": null },
        });
        assert_eq!(
            event_title(Action::KeyEdited, &detail),
            "API key edit undone"
        );
        assert_eq!(details_text(&detail, true), "Note: Ask Grace → none");
        assert_eq!(event_title(Action::KeyEdited, &json!({})), "API key edited");
    }

    #[test]
    fn details_without_before_and_after_values_are_listed_as_they_are() {
        let detail = json!({ "name": "Feed", "reason": "leaked", "was_known": true, "empty": [] });
        assert_eq!(
            details_text(&detail, true),
            "Reason: leaked; Empty: none; Was known: yes"
        );
        assert_eq!(
            details_text(&json!({ "name": "Acme" }), false),
            "Name: Acme"
        );
        assert_eq!(details_text(&json!({}), false), "");
    }

    #[test]
    fn import_is_described_with_its_file_and_its_mode() {
        let detail =
            json!({ "received": 2, "source": "import", "file": "cars.csv", "mode": "replace" });
        assert_eq!(
            details_text(&detail, false),
            "Source: File imported in the console; File: cars.csv; Mode: Replace the inventory; Received: 2"
        );
    }

    #[test]
    fn lead_is_named_by_the_end_of_its_id() {
        let id = "0198c2a0-0000-7000-8000-00007b3f9e12";
        assert_eq!(lead(id), "Lead …7b3f9e12");
        assert_eq!(lead("7b3f9e12"), "Lead 7b3f9e12");
        assert_eq!(lead("lead-1"), "Lead lead-1");
    }

    #[test]
    fn actor_has_a_description_even_if_its_name_is_unknown() {
        let key = Actor::Key(domain::KeyId::parse("k").unwrap());
        assert_eq!(who(&key, Some("Feed".into())), "API key “Feed”");
        assert_eq!(who(&key, None), "An API key");
        assert_eq!(who(&Actor::System, None), "The operator");
    }
}
