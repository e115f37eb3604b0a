//! Outcome of a call, as it is counted once it has been answered.

use super::problem::Problem;
use axum::response::Response;
use domain::{Outcome, RefusalCode};
use serde::Deserialize;

/// Code of a refusal that is replayed, as an extension of the response.
#[derive(Clone)]
pub struct ReplayedCode(pub RefusalCode);

impl ReplayedCode {
    /// Reads the code of a stored refusal that is replayed. Any other response has no code and
    /// needs none.
    pub fn in_body(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct ProblemCode<'a> {
            #[serde(default)]
            code: &'a str,
        }
        let problem_code = serde_json::from_slice(body).unwrap_or(ProblemCode { code: "" });
        Self(RefusalCode::of(problem_code.code))
    }
}

/// Returns the outcome of a call.
///
/// It is read from the response as it is sent, so that the count agrees with what the caller got.
pub fn outcome(response: &Response, problem: Option<&Problem>) -> Outcome {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let code = problem.map(|problem| problem.0.code());
        let replayed = || {
            response
                .extensions()
                .get()
                .map(|ReplayedCode(refusal)| *refusal)
        };
        Outcome::Refused(code.or_else(replayed).unwrap_or(RefusalCode::Other))
    } else {
        Outcome::Accepted
    }
}
