//! How a call fails.

use domain::Failure;
#[cfg(feature = "ssr")]
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Result of a call. A refusal is an ordinary response (status 200); only malfunctions are errors.
pub type Answer<T> = Result<T, Failure>;

/// A call that returned no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallError {
    /// The server failed; its log has the details under this request id.
    Internal { request_id: String },
    /// The server cannot reach its database.
    Unavailable,
    /// A listing did not finish before its deadline.
    PastDeadline,
    /// The database did not confirm the change: it may or may not have been made.
    OutcomeUnknown,
    /// The server does not know this call or its arguments: it was updated after the page was
    /// loaded.
    Outdated,
    /// No response arrived.
    Unreachable,
}

impl CallError {
    /// Returns the text that is shown to the person.
    pub fn message(&self) -> String {
        match self {
            Self::Internal { request_id } => Failure::Internal {
                request_id: request_id.clone(),
            }
            .message(),
            Self::Unavailable => Failure::Unavailable.message(),
            Self::PastDeadline => Failure::PastDeadline.message(),
            Self::OutcomeUnknown => Failure::OutcomeUnknown.message(),
            Self::Outdated => "The console has been updated. Reload the page to continue.".into(),
            Self::Unreachable => {
                "Can't reach the server. Check your connection and try again.".into()
            }
        }
    }
}

#[cfg(feature = "ssr")]
impl FromServerFnError for CallError {
    type Encoder = JsonEncoding;

    /// The framework's messages can quote what was sent, so they are all discarded.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            _ => Self::Outdated,
        }
    }
}

/// Splits a backend's result into refusals, which are returned as values, and errors, which also
/// set the HTTP status.
#[cfg(feature = "ssr")]
pub(super) fn answer<T>(result: Result<T, Failure>) -> Result<Answer<T>, CallError> {
    use http::StatusCode;
    let (error, status) = match result {
        Err(Failure::Internal { request_id }) => (
            CallError::Internal { request_id },
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
        Err(Failure::Unavailable) => (CallError::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
        Err(Failure::PastDeadline) => (CallError::PastDeadline, StatusCode::SERVICE_UNAVAILABLE),
        Err(Failure::OutcomeUnknown) => {
            (CallError::OutcomeUnknown, StatusCode::SERVICE_UNAVAILABLE)
        }
        other => return Ok(other),
    };
    if let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status);
    }
    Err(error)
}
