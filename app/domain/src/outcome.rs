//! Outcomes of calls to the HTTP API.

use serde::{Deserialize, Serialize};

/// Outcome of a call: accepted, or the reason for its refusal.
///
/// # Examples
/// ```
/// use domain::{Outcome, RefusalCode};
/// assert_eq!(Outcome::of("accepted"), Outcome::Accepted);
/// assert_eq!(Outcome::of("paused_key"), Outcome::Refused(RefusalCode::PausedKey));
/// assert_eq!(Outcome::of("from_the_future"), Outcome::Refused(RefusalCode::Other));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The call was successful. This includes "not modified" (304).
    Accepted,
    Refused(RefusalCode),
}

/// Reason for refusing a call. The codes are those of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RefusalCode {
    MethodNotAllowed,
    AmbiguousCredentials,
    MissingKey,
    MalformedKey,
    InvalidKey,
    RevokedKey,
    ExpiredKey,
    PausedKey,
    IpNotAllowed,
    MissingScope,
    RateLimited,
    UnsupportedMediaType,
    BodyTooLarge,
    RequestTimeout,
    MalformedBody,
    InvalidBody,
    InvalidParameter,
    NotFound,
    CursorExpired,
    PreconditionFailed,
    ReplaceTooLarge,
    RemovalNotAllowed,
    IdempotencyKeyReused,
    Conflict,
    Internal,
    Unavailable,
    QuotaExceeded,
    StorageLow,
    NotStored,
    OutcomeUnknown,
    /// The code is not known to this version.
    Other,
}

impl RefusalCode {
    pub const ALL: [Self; 31] = [
        Self::MethodNotAllowed,
        Self::AmbiguousCredentials,
        Self::MissingKey,
        Self::MalformedKey,
        Self::InvalidKey,
        Self::RevokedKey,
        Self::ExpiredKey,
        Self::PausedKey,
        Self::IpNotAllowed,
        Self::MissingScope,
        Self::RateLimited,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::RequestTimeout,
        Self::MalformedBody,
        Self::InvalidBody,
        Self::InvalidParameter,
        Self::NotFound,
        Self::CursorExpired,
        Self::PreconditionFailed,
        Self::ReplaceTooLarge,
        Self::RemovalNotAllowed,
        Self::IdempotencyKeyReused,
        Self::Conflict,
        Self::Internal,
        Self::Unavailable,
        Self::QuotaExceeded,
        Self::StorageLow,
        Self::NotStored,
        Self::OutcomeUnknown,
        Self::Other,
    ];

    /// The `code` in the API's answer, and the text in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MethodNotAllowed => "method_not_allowed",
            Self::AmbiguousCredentials => "ambiguous_credentials",
            Self::MissingKey => "missing_key",
            Self::MalformedKey => "malformed_key",
            Self::InvalidKey => "invalid_key",
            Self::RevokedKey => "revoked_key",
            Self::ExpiredKey => "expired_key",
            Self::PausedKey => "paused_key",
            Self::IpNotAllowed => "ip_not_allowed",
            Self::MissingScope => "missing_scope",
            Self::RateLimited => "rate_limited",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::BodyTooLarge => "body_too_large",
            Self::RequestTimeout => "request_timeout",
            Self::MalformedBody => "malformed_body",
            Self::InvalidBody => "invalid_body",
            Self::InvalidParameter => "invalid_parameter",
            Self::NotFound => "not_found",
            Self::CursorExpired => "cursor_expired",
            Self::PreconditionFailed => "precondition_failed",
            Self::ReplaceTooLarge => "replace_too_large",
            Self::RemovalNotAllowed => "removal_not_allowed",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::Conflict => "conflict",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::QuotaExceeded => "quota_exceeded",
            Self::StorageLow => "storage_low",
            Self::NotStored => "not_stored",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Other => "other",
        }
    }

    /// Parses a code. Unknown codes become [`Self::Other`], so that a call is counted even if a
    /// newer version recorded its code.
    pub fn of(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|refusal| refusal.as_str() == code)
            .unwrap_or(Self::Other)
    }

    /// Description on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::MethodNotAllowed => "Method not supported",
            Self::AmbiguousCredentials => "Several keys sent",
            Self::MissingKey => "No key sent",
            Self::MalformedKey => "Mistyped key",
            Self::InvalidKey => "Unknown key",
            Self::RevokedKey => "Revoked key",
            Self::ExpiredKey => "Expired key",
            Self::PausedKey => "Paused key",
            Self::IpNotAllowed => "IP address not allowed",
            Self::MissingScope => "Missing permission",
            Self::RateLimited => "Too many requests",
            Self::UnsupportedMediaType => "Unsupported format",
            Self::BodyTooLarge => "Request body too large",
            Self::RequestTimeout => "Request timed out",
            Self::MalformedBody => "Malformed request body",
            Self::InvalidBody => "Invalid values",
            Self::InvalidParameter => "Invalid parameter",
            Self::NotFound => "Item or lead not found",
            Self::CursorExpired => "Expired cursor",
            Self::PreconditionFailed => "Edit conflict",
            Self::ReplaceTooLarge => "Feed would remove too many items",
            Self::RemovalNotAllowed => "Feed would remove more than half of the items",
            Self::IdempotencyKeyReused => "Idempotency key reused",
            Self::Conflict => "Duplicate request in progress",
            Self::Internal => "Server error",
            Self::Unavailable => "Server unavailable",
            Self::QuotaExceeded => "Account limit exceeded",
            Self::StorageLow => "Server disk nearly full",
            Self::NotStored => "Revocation not stored",
            Self::OutcomeUnknown => "Unknown outcome",
            Self::Other => "Other",
        }
    }
}

impl Outcome {
    const ACCEPTED: &'static str = "accepted";

    /// Text in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => Self::ACCEPTED,
            Self::Refused(refusal) => refusal.as_str(),
        }
    }

    /// Parses the text that [`Outcome::as_str`] returns.
    pub fn of(text: &str) -> Self {
        if text == Self::ACCEPTED {
            Self::Accepted
        } else {
            Self::Refused(RefusalCode::of(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcome_round_trips_through_its_text() {
        let refused = RefusalCode::ALL.map(Outcome::Refused);
        for outcome in refused.into_iter().chain([Outcome::Accepted]) {
            assert_eq!(Outcome::of(outcome.as_str()), outcome);
        }
    }

    #[test]
    fn unknown_refusal_code_is_read_as_other() {
        assert_eq!(RefusalCode::of("from_the_future"), RefusalCode::Other);
        assert_eq!(Outcome::of(""), Outcome::Refused(RefusalCode::Other));
    }
}
