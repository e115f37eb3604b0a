//! Texts that explain a refusal, and what to do about it.

use crate::words::time::display_time;
use domain::{RefusalCode, Timestamp};
use service::Zone;
use service::key::{AllowList, Malformed};
use service::refusal::Cause;
use service::store::{KeyRecord, RefusedCall, Revoker};

/// Returns why the call was refused, and what to do about it.
pub fn words(
    public_url: &str,
    call: &RefusedCall,
    key: Option<&KeyRecord>,
    zone: &Zone,
) -> (String, String) {
    use RefusalCode as C;
    let exact = |at: Timestamp| display_time(at, zone).exact;
    let (why, advice) = match (RefusalCode::of(&call.code), &call.cause) {
        (C::MissingKey, _) => (
            "The call came without a key.".to_owned(),
            "Have it send the header X-API-Key. Where it should have, check that the variable with the key is set where the \
             program runs, and that no proxy takes the header away.",
        ),
        (C::AmbiguousCredentials, _) => (
            "The call carried more than one key.".to_owned(),
            "Have it send exactly one header X-API-Key, and no other key beside it.",
        ),
        (C::MalformedKey, Cause::Form(form)) => (malformed(*form), COPY),
        (C::MalformedKey, _) => ("What was sent is no whole key.".to_owned(), COPY),
        (C::InvalidKey, _) => (
            format!("The key was whole, and is none of this server's, {public_url}."),
            "Check that the key was made here, and not on another server such as one for tests.",
        ),
        (C::RevokedKey, _) => (
            revoked(key, &exact),
            "Whoever still needs it needs another key.",
        ),
        (C::ExpiredKey, _) => (
            match key.and_then(|key| key.expires_at) {
                Some(end) => format!("The key expired on {}.", exact(end)),
                None => "The key had expired.".to_owned(),
            },
            "Whoever still needs it needs another key.",
        ),
        (C::PausedKey, _) => match key.and_then(|key| key.paused_at) {
            Some(since) => (
                format!("The key is paused, since {}.", exact(since)),
                "Resume it on its page once it may be used again.",
            ),
            None => (
                "The key was paused then, and is no longer.".to_owned(),
                "Have the call sent again.",
            ),
        },
        (C::IpNotAllowed, Cause::Address(ip)) => (
            format!("The call came from {ip}, {}.", allowed(key)),
            "If that address is yours, add it to the key's allowed addresses. If you do not know it, somebody else has the key: \
             revoke it.",
        ),
        (C::MissingScope, Cause::Scope(scope)) => (
            format!("The call needed the permission {scope}, which the key did not have."),
            "If the system should be able to do this, add the permission to the key, or give it another one.",
        ),
        (C::RateLimited, Cause::OwnLimit) => (
            "The key made more calls than its limit allows.".to_owned(),
            "Have it wait as long as Retry-After says. If it needs to call as often as that, raise the limit of the key.",
        ),
        (C::RateLimited, Cause::AccountLimit) => (
            "All keys of the account together made more calls than the operator of this server allows it.".to_owned(),
            "Have it wait as long as Retry-After says. If the account needs more calls, ask the operator of this server.",
        ),
        (C::RateLimited, _) => (
            "Too many calls with wrong or ended keys came from the caller's network.".to_owned(),
            "Find the program that calls with such a key, and give it one that works. Calls with a good key are not affected.",
        ),
        (C::InvalidBody, _) => (
            "Some values in the body could not be taken, so nothing was stored.".to_owned(),
            "Mend the values that are named below. Names that are not ours are left out.",
        ),
        (code, _) => plain_text(code, &call.code),
    };
    (why, advice.to_owned())
}

const COPY: &str = "Copy the whole key once more: 52 characters that begin with vx_, without spaces or quotation marks. If it \
                    was not saved whole, it cannot be shown again: create another one.";

fn malformed(form: Malformed) -> String {
    match form {
        Malformed::Prefix => "What was sent as the key does not begin with vx_.".to_owned(),
        Malformed::Characters => {
            "The key held characters that no key has, such as spaces, line breaks or quotation marks.".to_owned()
        }
        Malformed::Length(characters) if usize::from(characters) < Malformed::KEY_LENGTH => {
            format!("The key was incomplete: {characters} of {} characters.", Malformed::KEY_LENGTH)
        }
        Malformed::Length(characters) => {
            format!("The key was too long: {characters} characters instead of {}.", Malformed::KEY_LENGTH)
        }
        Malformed::Checksum => {
            "The key had all its characters, and at least one of them is wrong: its checksum does not fit.".to_owned()
        }
    }
}

fn revoked(key: Option<&KeyRecord>, exact: &dyn Fn(Timestamp) -> String) -> String {
    let Some(revocation) = key.and_then(|key| key.revocation.as_ref()) else {
        return "The key was revoked.".to_owned();
    };
    let by = match &revocation.by {
        Revoker::Member(email) => email.as_str(),
        Revoker::Holder => "its own holder",
        Revoker::Operator => "the operator",
    };
    format!(
        "The key was revoked by {by} on {}, with the reason {}.",
        exact(revocation.at),
        revocation.reason
    )
}

fn allowed(key: Option<&KeyRecord>) -> String {
    match key.and_then(|key| key.allow_list.as_ref()) {
        Some(list) => format!(
            "and the key may be used from {} alone",
            AllowList::texts(list).join(", ")
        ),
        None => "from where the key was not to be used then".to_owned(),
    }
}

/// The texts of codes that need no further details.
fn plain_text(code: RefusalCode, text: &str) -> (String, &'static str) {
    use RefusalCode as C;
    let (why, advice) = match code {
        C::NotFound => (
            "There is nothing at the address that was called, or no such item or lead in the account.",
            "Check the address for typing errors, and the id in it.",
        ),
        C::MethodNotAllowed => (
            "The address does not take this method.",
            "The answer's header Allow lists those that it takes.",
        ),
        C::UnsupportedMediaType => (
            "The body was in a format that is not read there.",
            "Have it sent with the Content-Type that the answer names, in UTF-8.",
        ),
        C::BodyTooLarge => ("The body was too large.", "Have less sent in one call."),
        C::RequestTimeout => (
            "The body stopped coming, or did not arrive whole in time. Nothing was changed.",
            "Have the call sent again. If it happens often, look at the caller's connection, and at proxies in between.",
        ),
        C::MalformedBody => (
            "The body could not be read: it is not whole, or not in the format that its Content-Type names.",
            "The answer says where reading stopped.",
        ),
        C::InvalidParameter => (
            "A parameter of the address is unknown, or has a value that it cannot have.",
            "The answer names it.",
        ),
        C::CursorExpired => (
            "The caller follows the changes of items from a cursor that is too old: removals after it are no longer listed.",
            "Have it read the whole inventory again, without a cursor, and go on from there.",
        ),
        C::PreconditionFailed => (
            "The item was changed since the caller read it, so nothing was changed.",
            "Have it read the item again, and send the change with the ETag that comes with it.",
        ),
        C::ReplaceTooLarge => (
            "The feed was sent as the whole inventory, and would have removed more than 10,000 stored items. Nothing was changed.",
            "Check that it holds the whole inventory. If it does, have the other items deleted one by one first.",
        ),
        C::RemovalNotAllowed => (
            "The feed was sent as the whole inventory, and would have removed more than half of the stored items. Nothing was changed.",
            "Check that it was not cut off. If it holds the whole inventory, have it sent with the parameter allow_removal that the answer names.",
        ),
        C::IdempotencyKeyReused => (
            "The Idempotency-Key had come with another request before.",
            "Have each request sent with a key of its own.",
        ),
        C::Conflict => (
            "The same request was under way.",
            "Have it sent again a little later.",
        ),
        C::Internal => (
            "Something went wrong on our side.",
            "Give the request id to the operator of this server: the log has the rest.",
        ),
        C::Unavailable => (
            "The server could not reach its data, or had too little memory for a large body. Nothing was changed.",
            "Have the call sent again.",
        ),
        C::QuotaExceeded => (
            "The account would have had more than the operator of this server allows it, so nothing was stored.",
            "Settings shows what the account has. Remove what is no longer needed, or ask the operator of this server for more.",
        ),
        C::StorageLow => (
            "The server's disk was nearly full, so nothing was stored.",
            "Ask the operator of this server to free some space, then have the call sent again.",
        ),
        C::NotStored => (
            "The key revoked itself. The node refused it from then on, and the revocation could not be stored at once.",
            "Look at the key's page: once the revocation is stored, the key is shown as revoked.",
        ),
        C::OutcomeUnknown => (
            "The database did not confirm the change in time, so it may have been made.",
            "Look at the data before the call is sent again. With an Idempotency-Key, it can be sent again as it was.",
        ),
        C::MissingScope => ("The key lacked a permission.", "The answer names it."),
        C::IpNotAllowed => (
            "The call came from an address that the key may not be used from.",
            "The answer names it.",
        ),
        // A code of a newer version.
        _ => return (format!("The call was refused with the code {text}."), ""),
    };
    (why.to_owned(), advice)
}
