//! Remedies after a refused call, as buttons and links: above all, those that change its key so
//! that further calls are accepted.

use crate::ListAddress;
use app::docs::Docs;
use domain::{RateLimit, RefusalCode, RefusalRemedy, RemedyAction, Scope, Timestamp};
use service::Member;
use service::refusal::Cause;
use service::refusals::{Remedy, RemedyState};
use service::store::{KeyRecord, RefusedCall};

/// Returns the change that the call's key needs now, for a member who may make it, or that the key
/// has been changed.
pub fn remedy(
    call: &RefusedCall,
    key: Option<&KeyRecord>,
    member: &Member,
    now: Timestamp,
) -> Option<RefusalRemedy> {
    let key = key?;
    match Remedy::of(call, key, now)? {
        RemedyState::Done => Some(RefusalRemedy::Fixed),
        RemedyState::Needed(_) if !member.role().may_manage_keys() => None,
        RemedyState::Needed(remedy) => Some(RefusalRemedy::Action(change(&remedy, key))),
    }
}

/// Returns the action that makes a change of the key.
fn change(remedy: &Remedy, key: &KeyRecord) -> RemedyAction {
    let (at, key_name) = (format!("/keys/{}", key.id), &key.name);
    match remedy {
        Remedy::AddScope(scope) => RemedyAction {
            label: "Add permission",
            name: format!("Add permission {} to {key_name}", scope.as_str()),
            href: format!("{at}/edit?add={}", scope.as_str()),
            is_immediate: false,
        },
        Remedy::AllowAddress(ip) => RemedyAction {
            label: "Allow this address",
            name: format!("Allow this address for {key_name}: {ip}"),
            href: format!("{at}/edit?allow={ip}"),
            is_immediate: false,
        },
        Remedy::Resume => RemedyAction {
            label: "Resume",
            name: format!("Resume {key_name}"),
            href: format!("{at}/resume"),
            is_immediate: true,
        },
    }
}

/// Returns the action that helps most: a change of the call's key, a page about the cause, or else
/// the description of the operation.
pub fn best_action(
    docs: &Docs,
    call: &RefusedCall,
    key: Option<&KeyRecord>,
    member: &Member,
    now: Timestamp,
) -> Option<RemedyAction> {
    use RefusalCode as C;
    if let Some(RefusalRemedy::Action(action)) = remedy(call, key, member, now) {
        return Some(action);
    }
    let may_manage = member.role().may_manage_keys();
    match (RefusalCode::of(&call.code), &call.cause) {
        (C::RateLimited, Cause::OwnLimit) => {
            let key = key.filter(|key| may_manage && key.status(now).is_live());
            key.and_then(raise_limit)
        }
        (C::RevokedKey | C::ExpiredKey, _) => match key?.replaced.as_ref() {
            Some(replacement) => Some(link("View new key", format!("/keys/{}", replacement.by))),
            None => may_manage.then(|| create_like(key)),
        },
        // Text of a key that is incomplete was lost, and the full key cannot be shown again.
        (C::MalformedKey, _) => may_manage.then(|| match key {
            Some(key) => RemedyAction {
                name: format!("Rotate {}", key.name),
                ..link("Rotate", format!("/keys/{}/rotate", key.id))
            },
            None => link("View API keys", "/keys".to_owned()),
        }),
        (C::InvalidKey, _) => may_manage.then(|| create_like(None)),
        (C::MissingKey | C::AmbiguousCredentials, _) => {
            Some(link("How to send a key", "/docs#authentication".to_owned()))
        }
        (C::NotStored, _) => key.map(|key| link("View key", format!("/keys/{}", key.id))),
        (C::QuotaExceeded, _) => Some(link("View quotas", "/settings#quotas".to_owned())),
        (
            C::PausedKey
            | C::IpNotAllowed
            | C::MissingScope
            | C::RateLimited
            | C::Internal
            | C::Unavailable
            | C::StorageLow
            | C::Other,
            _,
        ) => None,
        // The caller has to change the request.
        _ => operation(docs, call),
    }
}

fn link(label: &'static str, href: String) -> RemedyAction {
    RemedyAction {
        label,
        name: label.to_owned(),
        href,
        is_immediate: false,
    }
}

/// Proposes twice the present limit of the key.
fn raise_limit(key: &KeyRecord) -> Option<RemedyAction> {
    let limit = key.limit();
    let depth = limit.depth().saturating_mul(2).min(RateLimit::MAX_DEPTH);
    let per_second = limit.per_second().saturating_mul(2);
    let per_second = per_second.min(RateLimit::MAX_PER_SECOND);
    let is_higher = depth > limit.depth() || per_second > limit.per_second();
    is_higher.then(|| RemedyAction {
        name: format!("Raise rate limit of {}", key.name),
        ..link(
            "Raise rate limit",
            format!(
                "/keys/{}/edit?limit_depth={depth}&limit_per_second={per_second}",
                key.id
            ),
        )
    })
}

/// Leads to the form for a new key, which proposes the name and the permissions of this key.
fn create_like(key: Option<&KeyRecord>) -> RemedyAction {
    let href = match key {
        Some(key) => {
            let scopes: Vec<_> = key.scopes.iter().map(Scope::as_str).collect();
            let form = ListAddress::new("/keys/new", [("name", key.name.as_str())]);
            form.with("scopes", scopes.join(" ")).to_string()
        }
        None => "/keys/new".to_owned(),
    };
    link("Create a new key", href)
}

/// Leads to the description of the call's operation, or of another one at the same path if the path
/// does not support the method.
fn operation(docs: &Docs, call: &RefusedCall) -> Option<RemedyAction> {
    let operations = docs.groups.iter().flat_map(|group| &group.operations);
    let at_path: Vec<_> = operations
        .filter(|operation| operation.path == call.route)
        .collect();
    let same = at_path
        .iter()
        .find(|operation| operation.method == call.method);
    let operation = same.or(at_path.first())?;
    Some(RemedyAction {
        name: format!("API docs of {} {}", operation.method, operation.path),
        ..link("View in API docs", format!("/docs#{}", operation.id))
    })
}
