//! API keys: their secrets, and the operations on them.

mod activity;
mod allow_list;
mod authenticate;
mod check;
mod describe;
mod edit;
mod emergency;
mod expiring;
mod fill;
mod find;
mod first_call;
mod identify;
mod issue;
mod knocking;
mod lifetime;
mod list;
mod look_up;
mod notices;
mod operator;
mod page;
mod restored;
mod revoke;
mod rotate;
mod rotation;
mod secret;
mod several;
mod status;
mod unstored;
mod watch;

pub use allow_list::AllowList;
pub use authenticate::{KeyCaller, KeyRefusal, Refused, Whose};
pub use describe::KeyDescription;
pub(crate) use fill::changed_fields;
pub use first_call::AwaitedKeys;
pub use identify::Identified;
pub use operator::{Carried, KeyNamed, NotNamed, OperatorChange};
pub use secret::{KeyDigest, Malformed, PlainKey};
pub use status::{Ending, KeyDenial};
pub(crate) use unstored::UnstoredStops;

/// A key that was used within this time is revoked only if its name is typed: something still
/// depends on it.
const USED_LATELY_SECONDS: i64 = 24 * 3600;
/// An active key that expires within this time is marked.
const EXPIRES_SOON_SECONDS: i64 = 7 * 24 * 3600;
/// An active key that was neither used nor created within this time is marked.
pub(crate) const UNUSED_SECONDS: i64 = 30 * 24 * 3600;
