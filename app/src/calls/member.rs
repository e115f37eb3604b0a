//! Who is signed in.

use super::{Answer, CallError};
use domain::MemberView;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

#[server(prefix = "/call", endpoint = "member", input = Json)]
pub async fn current_member() -> Result<Answer<MemberView>, CallError> {
    super::error::answer(crate::backend::backend().member().await)
}
