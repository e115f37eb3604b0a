//! Building blocks of pages, one component per file. None of them calls the server.

mod badge;
mod clock;
mod code;
mod collapsible_text;
mod copy_button;
mod dialog;
mod expiry;
#[cfg(feature = "ssr")]
mod exports;
mod field_error;
mod first_call_progress;
mod first_invalid_field;
mod form_state;
mod icon;
mod key_creation;
mod key_row;
mod key_table;
mod listing;
mod load_error;
#[cfg(feature = "ssr")]
mod member_foot;
#[cfg(feature = "ssr")]
mod menu;
mod new_key;
mod new_key_dialog;
mod new_key_form;
mod notice;
mod optional_text;
mod page_head;
mod permissions;
mod problem;
mod revoke_dialog;
mod revoke_form;
mod save_key;
#[cfg(feature = "ssr")]
mod select_field;
mod send_by_api;
mod status;
mod table;
mod text_field;
mod time;
#[cfg(feature = "ssr")]
mod username;

pub use badge::Badge;
pub use clock::Clock;
pub use code::Code;
pub use collapsible_text::CollapsibleText;
pub use copy_button::CopyButton;
pub use dialog::Dialog;
pub use expiry::ExpiryField;
#[cfg(feature = "ssr")]
pub use exports::{escaped, exports};
pub use field_error::FieldError;
pub use first_call_progress::FirstCallProgress;
#[cfg(feature = "ssr")]
pub use first_invalid_field::FirstInvalidField;
pub use first_invalid_field::takes_focus;
pub use form_state::FormState;
pub use icon::Icon;
pub use key_creation::{KeyCreation, TITLE as NEW_KEY_TITLE};
pub use key_row::{KeyRow, row_head};
pub use key_table::KeyTable;
pub use listing::{List, Listing, NEXT_PAGE, NothingSent, SEARCH_FURTHER};
pub use load_error::LoadError;
#[cfg(feature = "ssr")]
pub use member_foot::MemberFoot;
#[cfg(feature = "ssr")]
pub use menu::Menu;
pub use new_key::NewKey;
pub use new_key_dialog::{NEW_KEY_DIALOG, NewKeyButton, NewKeyDialog};
pub use new_key_form::NewKeyForm;
pub use notice::{Notice, Tone};
pub use optional_text::optional_text;
pub use page_head::PageHead;
pub use permissions::Permissions;
pub use problem::Problem;
pub use revoke_dialog::{RevokeDialog, RevokeRequest, revoke_dialog};
pub use revoke_form::{RevokeForm, Used};
pub use save_key::SaveKey;
#[cfg(feature = "ssr")]
pub use select_field::SelectField;
pub use send_by_api::SendByApi;
pub use status::Status;
pub use table::{Column, Row, Table};
pub use text_field::TextField;
pub use time::{Day, Time, TimesSwitch};
#[cfg(feature = "ssr")]
pub use username::Username;
