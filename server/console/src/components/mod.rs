//! Building blocks of pages that only the server renders.

mod account_options;
mod day;
mod detail_head;
mod fact;
mod form_owner;
mod help;
mod search_error;
mod select_field;
mod sessions;
mod username;

pub use account_options::{currencies, time_zones};
pub use day::Day;
pub use detail_head::DetailHead;
pub use fact::fact;
pub use form_owner::FormOwner;
pub use help::{
    Help, HelpLink, cards_with_help, narrow, shown_once, shown_once_with_help, with_help,
};
pub use search_error::search_error;
pub use select_field::SelectField;
pub use sessions::{EndSessions, session_row, sessions_table};
pub use username::Username;

use domain::Failure;

/// Returns the notice of a page whose form the member's role does not permit. After a form that
/// was refused for this reason, it also says that nothing was changed.
pub fn not_allowed(was_refused: bool, text: &str) -> String {
    if was_refused {
        Failure::Forbidden.message()
    } else {
        text.to_owned()
    }
}
