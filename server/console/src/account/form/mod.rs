//! Forms of the account page.

mod account;
mod second_factor;

pub use account::{change_password, end_sessions};
pub use second_factor::{disable_second_factor, enable_second_factor, renew_recovery_codes};

const ACCOUNT: &str = "/account";
