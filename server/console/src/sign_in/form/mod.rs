//! Forms that open and end sessions.

mod sign_in;
mod sign_out;

pub use sign_in::{sign_in, sign_in_account};
pub use sign_out::sign_out;
