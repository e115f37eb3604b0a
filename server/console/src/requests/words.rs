//! Texts that explain a refusal, and what to do about it.

use domain::{RefusalCode, Timestamp, number};
use service::Zone;
use service::key::{AllowList, Malformed};
use service::refusal::Cause;
use service::store::{KeyRecord, RefusedCall, Revoker};
use std::net::IpAddr;
use web::words::time::display_time;

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
            "No API key was sent.".to_owned(),
            "Send it in the X-API-Key header. If you already do, check that the variable with the key is set where your program \
             runs, and that no proxy removes the header.",
        ),
        (C::AmbiguousCredentials, _) => (
            "The request had more than one API key.".to_owned(),
            "Send exactly one X-API-Key header, and no other key.",
        ),
        (C::MalformedKey, Cause::Form(form)) => (malformed(*form), COPY),
        (C::MalformedKey, _) => ("The API key is incomplete.".to_owned(), COPY),
        (C::InvalidKey, _) => (
            format!("The API key doesn't exist on this server ({public_url})."),
            "Check that the key was created here, and not on another server, such as a test server.",
        ),
        (C::RevokedKey, _) => (revoked(key, &exact), replacement(key)),
        (C::ExpiredKey, _) => (
            match key.and_then(|key| key.expires_at) {
                Some(end) => format!("The key expired on {}.", exact(end)),
                None => "The key had expired.".to_owned(),
            },
            replacement(key),
        ),
        (C::PausedKey, _) => match key.and_then(|key| key.paused_at) {
            Some(since) => (
                format!("The key has been paused since {}.", exact(since)),
                "Resume it when it should work again.",
            ),
            None => (
                "The key was paused at that time. It isn't paused any more.".to_owned(),
                "Retry the request.",
            ),
        },
        (C::IpNotAllowed, Cause::Address(ip)) if is_allowed_now(*ip, key) => (
            format!(
                "The request came from {ip}, which wasn't allowed to use the key at that time."
            ),
            "The address is allowed now. Retry the request.",
        ),
        (C::IpNotAllowed, Cause::Address(ip)) => (
            format!("The request came from {ip}, {}.", allowed(key)),
            "If that address is yours, add it to the key's allowed IPs. If you don't recognize it, someone else has the key: \
             revoke it.",
        ),
        (C::MissingScope, Cause::Scope(scope)) => (
            format!("The key was missing the permission {scope}."),
            if key.is_some_and(|key| key.scopes.contains(*scope)) {
                "The key has the permission now. Retry the request."
            } else {
                "To allow this, add the permission to the key or use a different key."
            },
        ),
        (C::RateLimited, Cause::OwnLimit) => (
            "The key exceeded its rate limit.".to_owned(),
            "Wait for the number of seconds in Retry-After, or raise the key's limit.",
        ),
        (C::RateLimited, Cause::AccountLimit) => (
            "All keys of the account together exceeded the rate limit of the account.".to_owned(),
            "Wait for the number of seconds in Retry-After. If the account needs more requests, ask the operator of this server.",
        ),
        (C::RateLimited, _) => (
            "Too many requests with invalid keys came from this network.".to_owned(),
            "Find the program that uses an invalid key, and give it one that works. Requests with a valid key aren't affected.",
        ),
        (C::InvalidBody, _) => (
            "The request body has invalid values, so nothing was saved.".to_owned(),
            "Fix the fields listed below. Unknown field names aren't shown.",
        ),
        (C::NotFound, Cause::Nothing) if call.route.is_empty() => (
            "There is nothing at that path.".to_owned(),
            "Check the path for typos. Paths of the API begin with /api/, and have no trailing slash.",
        ),
        (code, cause) => by_cause(cause).unwrap_or_else(|| plain_text(code, &call.code)),
    };
    (why, advice.to_owned())
}

const COPY: &str = "Copy the full key again: 52 characters starting with vx_, without spaces or quotation marks. If you \
                    didn't save all of it, rotate the key.";

fn malformed(form: Malformed) -> String {
    match form {
        Malformed::Prefix => "The key doesn't start with vx_.".to_owned(),
        Malformed::Characters => {
            "The key had invalid characters, such as spaces, line breaks or quotation marks."
                .to_owned()
        }
        Malformed::Length(characters) if usize::from(characters) < Malformed::KEY_LENGTH => {
            format!(
                "The key was incomplete: {characters} of {} characters.",
                Malformed::KEY_LENGTH
            )
        }
        Malformed::Length(characters) => {
            format!(
                "The key was too long: {characters} characters instead of {}.",
                Malformed::KEY_LENGTH
            )
        }
        Malformed::Checksum => {
            "The key has the right length but a typo: its checksum doesn't match.".to_owned()
        }
    }
}

fn revoked(key: Option<&KeyRecord>, exact: &dyn Fn(Timestamp) -> String) -> String {
    let Some(revocation) = key.and_then(|key| key.revocation.as_ref()) else {
        return "The key was revoked.".to_owned();
    };
    let by = match &revocation.by {
        Revoker::Member(email) => email.as_str(),
        Revoker::Holder => "the key itself",
        Revoker::Operator => "the operator",
    };
    format!(
        "The key was revoked by {by} on {}, with the reason {}.",
        exact(revocation.at),
        revocation.reason
    )
}

/// Returns what helps a system whose key is revoked or expired.
fn replacement(key: Option<&KeyRecord>) -> &'static str {
    if key.is_some_and(|key| key.replaced.is_some()) {
        "A new key replaced it. Give the system the new key."
    } else {
        "Create a new key for any system that still needs access."
    }
}

fn is_allowed_now(ip: IpAddr, key: Option<&KeyRecord>) -> bool {
    let is_allowed = |key: &KeyRecord| key.allow_list.as_ref().is_none_or(|list| list.admits(ip));
    key.is_some_and(is_allowed)
}

fn allowed(key: Option<&KeyRecord>) -> String {
    match key.and_then(|key| key.allow_list.as_ref()) {
        Some(list) => format!(
            "and only {} can use the key",
            AllowList::texts(list).join(", ")
        ),
        None => "which wasn't allowed to use the key at that time".to_owned(),
    }
}

/// The texts of causes that distinguish requests with the same code.
fn by_cause(cause: &Cause) -> Option<(String, &'static str)> {
    let (why, advice) = match cause {
        Cause::NoSuchItem => (
            "The account has no item with this ID.",
            "Check the ID for typos. The item may have been removed from the inventory.",
        ),
        Cause::NoSuchLead => (
            "The account has no lead with this ID.",
            "Check the ID for typos. The lead may have been erased; erased leads can't be restored.",
        ),
        Cause::ForeignTag => (
            "No ETag in If-Match comes from this server, so nothing was changed.",
            "Send the ETag of the item exactly as the response contained it. If you did, a proxy in between replaced it.",
        ),
        Cause::NoConditions => (
            "The request had an If-Match or If-None-Match header, which leads don't support. Nothing was changed.",
            "Send it without these headers.",
        ),
        Cause::PastDeadline => (
            "The database took longer than a second to respond, so the request was stopped.",
            "Retry the request, or ask for less with a smaller limit parameter.",
        ),
        Cause::Stopping => ("The server was shutting down.", "Retry the request."),
        Cause::Busy => (
            "The server had too little memory for a request body of this size. Nothing was changed.",
            "Retry the request after the number of seconds in Retry-After, or send less in one request.",
        ),
        Cause::TooManyFeeds => (
            "Too many feeds of the key or the account were waiting. Nothing was changed.",
            "Wait for the responses to the feeds that were sent, then send this one again.",
        ),
        Cause::RemovalNotAllowed { removed, stored } => {
            let why = format!(
                "The feed was sent as the whole inventory, and would have removed {} of {} stored items. Nothing was changed.",
                number(*removed),
                number(*stored)
            );
            return Some((why, REMOVAL));
        }
        Cause::QuotaExceeded { resource, limit } => {
            let why = format!(
                "The account may have at most {}, and the request would have exceeded that. Nothing was saved.",
                resource.amount(*limit)
            );
            return Some((why, QUOTA));
        }
        _ => return None,
    };
    Some((why.to_owned(), advice))
}

const REMOVAL: &str = "Check that it wasn't cut off. If it contains the whole inventory, send it with the parameter allow_removal \
                       that the response names.";
const QUOTA: &str = "Settings shows what the account uses. Remove what you no longer need, or ask the operator of this server \
                     for more.";

/// The texts of codes that need no further details.
fn plain_text(code: RefusalCode, text: &str) -> (String, &'static str) {
    use RefusalCode as C;
    let (why, advice) = match code {
        C::NotFound => (
            "There is nothing at that path, or the account has no such item or lead.",
            "Check the path and the ID in it for typos.",
        ),
        C::MethodNotAllowed => (
            "The path doesn't support this method.",
            "The Allow header of the response lists the supported methods.",
        ),
        C::UnsupportedMediaType => (
            "The request body was in an unsupported format.",
            "Send it with the Content-Type that the response names, in UTF-8.",
        ),
        C::BodyTooLarge => (
            "The request body was too large.",
            "Send less in one request. The response names the limit.",
        ),
        C::RequestTimeout => (
            "The request body timed out. Nothing was changed.",
            "Retry the request. If it happens often, check the caller's connection, and proxies in between.",
        ),
        C::MalformedBody => (
            "The request body couldn't be read: it is incomplete, or not in the format that its Content-Type names.",
            "The response shows where reading stopped.",
        ),
        C::InvalidParameter => (
            "A query parameter is unknown or has an invalid value.",
            "The response names it.",
        ),
        C::CursorExpired => (
            "The cursor for changes of items is too old: removals after it are no longer listed.",
            "Read the whole inventory again without a cursor, and continue from there.",
        ),
        C::PreconditionFailed => (
            "The item has changed since the caller read it, so nothing was changed.",
            "Read the item again, and send the change with its current ETag.",
        ),
        C::ReplaceTooLarge => (
            "The feed was sent as the whole inventory, and would have removed more than 10,000 stored items. Nothing was changed.",
            "Check that it contains the whole inventory. If it does, delete the other items one by one first.",
        ),
        C::RemovalNotAllowed => (
            "The feed was sent as the whole inventory, and would have removed more than half of the stored items. Nothing was changed.",
            REMOVAL,
        ),
        C::IdempotencyKeyReused => (
            "This Idempotency-Key was already used for a different request.",
            "Use a new key for each request.",
        ),
        C::Conflict => (
            "The same request was still in progress.",
            "Send it again a little later.",
        ),
        C::Internal => (
            "Something went wrong on our side.",
            "Send the request ID to the operator of this server, whose log has the details.",
        ),
        C::Unavailable => (
            "The server couldn't reach the database. Nothing was changed.",
            "Retry the request.",
        ),
        C::QuotaExceeded => (
            "The account's quota would have been exceeded, so nothing was saved.",
            QUOTA,
        ),
        C::StorageLow => (
            "The server's disk was nearly full, so nothing was saved.",
            "Ask the operator of this server to free some space, then retry the request.",
        ),
        C::NotStored => (
            "The key revoked itself. The node rejects it, but the revocation couldn't be stored immediately.",
            "Check the key's page: once the revocation is stored, the key is shown as revoked.",
        ),
        C::OutcomeUnknown => (
            "The database didn't confirm the change in time, so it may or may not have been made.",
            "Check the data before you retry the request. With an Idempotency-Key, you can safely send the same request again.",
        ),
        C::MissingScope => (
            "The key was missing a permission.",
            "The response names it.",
        ),
        C::IpNotAllowed => (
            "The request came from an address that isn't allowed to use the key.",
            "The response names it.",
        ),
        // A code of a newer version.
        _ => {
            return (
                format!("The request was rejected with the code {text}."),
                "",
            );
        }
    };
    (why.to_owned(), advice)
}
