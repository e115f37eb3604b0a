//! Forms that browsers submit without script, one in each file.
//!
//! A refusal shows the page of the form again, with what was typed, what is wrong and the status of
//! the failure (401, 403, 422 or 429). A success redirects, so that a reload submits nothing twice.

mod account;
mod bulk_keys;
mod change_key;
mod change_settings;
mod create_key;
mod identify_key;
mod revoke_key;
mod rotate_key;
mod second_factor;
mod setup;
mod sign_in;
mod sign_out;
mod team;
mod theme;
mod watch_key;

pub use account::{change_password, end_sessions};
pub use bulk_keys::{bulk_keys, key_creation, revoke_all};
pub use change_key::{edit_key, pause_key, resume_key};
pub use change_settings::change_settings;
pub use create_key::create_key;
pub use identify_key::identify_key;
pub use revoke_key::revoke_key;
pub use rotate_key::rotate_key;
pub use second_factor::{disable_second_factor, enable_second_factor, sign_in_code};
pub use setup::setup;
pub use sign_in::{sign_in, sign_in_account};
pub use sign_out::sign_out;
pub use team::{
    change_role, deactivate_member, hand_over, invite, reactivate_member, withdraw_invitation,
};
pub use theme::theme;
pub use watch_key::{enforce_networks, watch_key};

use super::render::with_status;
use super::{Visitor, render};
use crate::AppState;
use app::request::FormAnswer;
use axum::response::Response;
use domain::Failure;

/// Shows the page of the form again.
async fn refuse(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    failure: &Failure,
    answer: FormAnswer,
) -> Response {
    with_status(render::answer(state, visitor, path, answer).await, failure)
}
