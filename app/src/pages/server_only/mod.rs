//! Pages that are sent without script, since they contain a plain form or nothing that changes by
//! itself. The browser receives none of their code.

mod account;
mod audit;
mod bulk;
mod charts;
mod dashboard;
mod edit_key;
mod emergency;
mod first_call;
mod identified;
mod import;
mod key;
mod new_key;
mod refusals;
mod revoke_key;
mod rotate_key;
mod rotation;
mod second_factor;
mod settings;
mod setup;
mod sign_in;
mod team;

use crate::request::page_request;
use domain::Failure;

pub use account::AccountPage;
pub use audit::AuditPage;
pub use bulk::BulkPage;
pub use dashboard::DashboardPage;
pub use edit_key::EditKeyPage;
pub use emergency::RevokeAllPage;
pub use first_call::FirstCallPage;
pub use identified::identified;
pub use import::ImportPage;
pub use key::KeyPage;
pub use new_key::NewKeyPage;
pub use refusals::RefusalsPage;
pub use revoke_key::RevokeKeyPage;
pub use rotate_key::RotateKeyPage;
pub use second_factor::SecondFactorPage;
pub use settings::SettingsPage;
pub use setup::SetupPage;
pub use sign_in::SignInPage;
pub use team::{InvitePage, MemberPage, TeamPage};

/// Returns the notice of a page whose form the member's role does not permit. After a form that
/// was refused for this reason, it also says that nothing was changed.
fn not_allowed(text: &str) -> String {
    if page_request().answer.is_some() {
        Failure::Forbidden.message()
    } else {
        text.to_owned()
    }
}
