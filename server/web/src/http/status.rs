//! Status of the response to a refused call.

use axum::http::StatusCode;
use domain::RefusalCode;

/// Returns the status of every response with this code.
pub const fn status_of(code: RefusalCode) -> StatusCode {
    use RefusalCode as C;
    use StatusCode as S;
    match code {
        C::MethodNotAllowed => S::METHOD_NOT_ALLOWED,
        C::AmbiguousCredentials | C::MalformedBody | C::InvalidParameter => S::BAD_REQUEST,
        C::MissingKey
        | C::MalformedKey
        | C::InvalidKey
        | C::RevokedKey
        | C::ExpiredKey
        | C::PausedKey => S::UNAUTHORIZED,
        C::IpNotAllowed | C::MissingScope => S::FORBIDDEN,
        C::RateLimited => S::TOO_MANY_REQUESTS,
        C::UnsupportedMediaType => S::UNSUPPORTED_MEDIA_TYPE,
        C::BodyTooLarge => S::PAYLOAD_TOO_LARGE,
        C::RequestTimeout => S::REQUEST_TIMEOUT,
        C::InvalidBody | C::IdempotencyKeyReused => S::UNPROCESSABLE_ENTITY,
        C::NotFound => S::NOT_FOUND,
        C::CursorExpired => S::GONE,
        C::PreconditionFailed => S::PRECONDITION_FAILED,
        C::ReplaceTooLarge | C::RemovalNotAllowed | C::Conflict => S::CONFLICT,
        C::Internal | C::Other => S::INTERNAL_SERVER_ERROR,
        C::Unavailable | C::StorageLow | C::NotStored | C::OutcomeUnknown => S::SERVICE_UNAVAILABLE,
        C::QuotaExceeded => S::INSUFFICIENT_STORAGE,
    }
}
