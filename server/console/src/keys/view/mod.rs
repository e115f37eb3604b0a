//! Views of one key, and of the forms that create, edit and revoke it.

mod edit_key;
mod first_call;
mod identified_key;
mod key;
pub mod new_key;
mod revoke_key;
pub mod rotation;

pub use edit_key::edit_key_page;
pub use first_call::first_call_page;
pub use identified_key::identified_key_page;
pub use key::{key_page, learned_page};
pub use new_key::{issued_key_page, new_key_page};
pub use revoke_key::revoke_key_page;
