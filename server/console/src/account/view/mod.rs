//! Views of the account page.

mod account;
mod second_factor;

pub use account::{RefusedForm, account_page};
pub use second_factor::{
    CodesReason, PasswordStep, enrolment_password_page, recovery_codes_page, second_factor_page,
};
