//! Buttons and links that change a key so that further calls like a refused one are accepted.

use domain::{RefusalAct, Timestamp};
use service::Member;
use service::refusals::Remedy;
use service::store::{KeyRecord, RefusedCall};

/// Returns the change that the call's key needs now, for a member who may make it.
pub fn act(
    call: &RefusedCall,
    key: Option<&KeyRecord>,
    member: &Member,
    now: Timestamp,
) -> Option<RefusalAct> {
    let key = key.filter(|_| member.role().may_manage_keys())?;
    let (at, key_name) = (format!("/keys/{}", key.id), &key.name);
    Some(match Remedy::of(call, key, now)? {
        Remedy::AddScope(scope) => RefusalAct {
            label: "Add permission",
            name: format!("Add permission {} to {key_name}", scope.as_str()),
            href: format!("{at}/edit?add={}", scope.as_str()),
            is_immediate: false,
        },
        Remedy::AllowAddress(ip) => RefusalAct {
            label: "Allow this address",
            name: format!("Allow this address for {key_name}: {ip}"),
            href: format!("{at}/edit?allow={ip}"),
            is_immediate: false,
        },
        Remedy::Resume => RefusalAct {
            label: "Resume",
            name: format!("Resume {key_name}"),
            href: format!("{at}/resume"),
            is_immediate: true,
        },
    })
}
