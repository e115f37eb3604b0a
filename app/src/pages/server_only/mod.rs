//! Pages that are sent without script, since they contain a plain form or nothing that changes by
//! itself. The browser receives none of their code.

mod account;
mod audit;
mod bulk;
mod charts;
mod dashboard;
mod day;
mod edit_key;
mod emergency;
mod first_call;
mod identified_key;
mod import;
mod key;
mod new_key;
mod not_found;
mod refusals;
mod revoke_key;
mod rotate_key;
mod rotation;
mod second_factor;
mod select_field;
mod settings;
mod setup;
mod sign_in;
mod team;
mod username;

use crate::request::page_request;
use day::Day;
use domain::Failure;
use select_field::SelectField;
use username::Username;

pub use account::account_page;
pub use audit::audit_page;
pub use bulk::bulk_page;
pub use dashboard::dashboard_page;
pub use edit_key::edit_key_page;
pub use emergency::revoke_all_page;
pub use first_call::first_call_page;
pub use identified_key::identified_key_page;
pub use import::import_page;
pub use key::key_page;
pub use new_key::{issued_key_page, new_key_page};
pub use not_found::{invalid_link_page, not_found_page, repeated_page, too_long_page};
pub use refusals::refusals_page;
pub use revoke_key::revoke_key_page;
pub use rotate_key::{rotate_key_page, rotated_key_page};
pub use second_factor::{recovery_codes_page, second_factor_page};
pub use settings::settings_page;
pub use setup::setup_page;
pub use sign_in::sign_in_page;
pub use team::{invitation_link_page, invite_page, member_page, team_page};

/// Returns the notice of a page whose form the member's role does not permit. After a form that
/// was refused for this reason, it also says that nothing was changed.
fn not_allowed(text: &str) -> String {
    if page_request().answer.is_some() {
        Failure::Forbidden.message()
    } else {
        text.to_owned()
    }
}
