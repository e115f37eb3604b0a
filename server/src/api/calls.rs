//! What a call counts as, once it is answered.

use axum::response::Response;
use domain::{Outcome, Refusal};
use serde::Deserialize;

/// On an answer that is a refusal: its code.
#[derive(Clone)]
pub struct Code(pub Refusal);

impl Code {
    /// Of a refusal that was written before and is told again. Anything else has no code, and needs none.
    pub fn in_body(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Coded<'a> {
            #[serde(default)]
            code: &'a str,
        }
        let coded = serde_json::from_slice(body).unwrap_or(Coded { code: "" });
        Self(Refusal::of(coded.code))
    }
}

/// What became of a call whose key is known. Asked of an answer as it is sent, so that it is counted as what the caller was
/// told.
pub fn outcome(response: &Response) -> Outcome {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let code = response.extensions().get();
        Outcome::Refused(code.map_or(Refusal::Other, |Code(refusal)| *refusal))
    } else {
        Outcome::Accepted
    }
}
