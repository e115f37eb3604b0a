//! Backend of the console's pages and server functions, bound to one visitor.

use super::Visitor;
use domain::{Failure, Timestamp};
use service::store::OverQuota;
use service::{Client, EnrollingMember, Error, Member};
use web::AppState;
use web::http::RequestId;
use web::telemetry::ErrorChain;
use web::words::invalid_field;
use zeroize::Zeroizing;

/// Loads the data of pages for one visitor. The features add the methods: each authorises by
/// itself, and returns [`Failure::SignedOut`] without a session.
pub struct ConsoleBackend {
    pub state: AppState,
    member: Option<Member>,
    enrolling: Option<EnrollingMember>,
    token: Option<Zeroizing<String>>,
    pub client: Client,
    request_id: RequestId,
}

impl ConsoleBackend {
    pub fn of(state: &AppState, visitor: &Visitor) -> Self {
        Self {
            state: state.clone(),
            member: visitor.member.clone(),
            enrolling: visitor.enrolling_member(),
            token: visitor.token.clone(),
            client: visitor.client.clone(),
            request_id: visitor.request_id,
        }
    }

    pub fn member(&self) -> Result<&Member, Failure> {
        self.member.as_ref().ok_or(Failure::SignedOut)
    }

    pub fn now(&self) -> Timestamp {
        self.state.services.clock.now()
    }

    /// Returns the member, who may set up a second factor, even if they may not do anything else.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] without a session.
    pub fn enrolling(&self) -> Result<&EnrollingMember, Failure> {
        self.enrolling.as_ref().ok_or(Failure::SignedOut)
    }

    /// Returns the token of the member's session.
    pub fn token(&self) -> Result<&str, Failure> {
        let token = self.token.as_ref().ok_or(Failure::SignedOut)?;
        Ok(token)
    }

    pub fn map_failure<T>(&self, result: Result<T, Error>) -> Result<T, Failure> {
        result.map_err(|error| failure(error, &self.request_id))
    }
}

/// Maps an error to the failure that the member sees. The cause is logged here and nowhere else.
pub fn failure(error: Error, request_id: &RequestId) -> Failure {
    match error {
        Error::Refused(failure) => failure,
        Error::Invalid(fields) => invalid_field::failure(&fields),
        Error::RoleChanged(role) => Failure::Outdated {
            changes: vec![format!("The role is now {}.", role.as_str())],
        },
        Error::Unavailable(_) => {
            tracing::warn!(error = %ErrorChain(&error), "the database is unavailable");
            Failure::Unavailable
        }
        Error::PastDeadline(_) => {
            tracing::warn!(error = %ErrorChain(&error), "a listing was interrupted");
            Failure::PastDeadline
        }
        Error::OverQuota(OverQuota { resource, limit }) => Failure::QuotaExceeded {
            message: resource.refusal(limit),
        },
        // This is logged once, when it begins.
        Error::StorageLow(_) => {
            tracing::debug!(error = %ErrorChain(&error), "storage is low");
            Failure::StorageLow
        }
        // It has been logged already.
        Error::NotStored(_) => Failure::NotStored,
        Error::InDoubt(_) => {
            tracing::error!(error = %ErrorChain(&error), "the outcome of a change is unknown");
            Failure::OutcomeUnknown
        }
        // Only keys are denied, so a session that meets this is a fault of the server.
        Error::Denied(_) | Error::Broken(_) => {
            tracing::error!(error = %ErrorChain(&error), "a request failed");
            Failure::Internal {
                request_id: request_id.to_string(),
            }
        }
    }
}
