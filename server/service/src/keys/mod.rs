//! The operations on API keys.

mod activity;
mod bulk;
mod changes;
mod check;
mod dead_key_calls;
mod edit;
mod emergency;
mod expiring;
mod fill;
mod find;
mod first_call;
mod identify;
mod issue;
mod lifetime;
mod list;
mod notices;
mod operator;
mod page;
mod restored;
mod revoke;
mod rotate;
mod rotation;
mod watch;

pub use changes::KeyChanges;
pub use emergency::Emergencies;
pub(crate) use fill::changed_fields;
pub use identify::Identified;
pub use operator::{Carried, KeyNamed, NotNamed, Operator, OperatorChange};
pub(crate) use restored::RestoredKeys;

use crate::authenticator::AwaitedKeys;
use crate::clock::Clock;
use crate::pepper_change::PepperChange;
use crate::peppers::Peppers;
use crate::random::Random;
use crate::refusals::PendingRefusals;
use crate::store::KeyPorts;
use crate::usage::Usages;
use crate::verdict::{Node, UnstoredChanges};
use domain::seconds;
use std::sync::Arc;

/// The operations of members on the keys of their account.
pub struct Keys {
    pub(crate) store: Arc<dyn KeyPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) node: Arc<Node>,
    pub(crate) peppers: Arc<Peppers>,
    pub(crate) pepper: Arc<PepperChange>,
    pub(crate) changes: Arc<KeyChanges>,
    pub(crate) restored: Arc<RestoredKeys>,
    pub(crate) usages: Arc<Usages>,
    pub(crate) unstored: Arc<UnstoredChanges>,
    pub(crate) awaited: Arc<AwaitedKeys>,
    pub(crate) refusals: Arc<PendingRefusals>,
    pub(crate) public_url: String,
}

/// A key that was used within this time is revoked only if its name is typed: something still
/// depends on it.
const USED_LATELY_SECONDS: i64 = seconds::DAY;
/// An active key that was neither used nor created within this time is marked.
pub(crate) const UNUSED_SECONDS: i64 = 30 * seconds::DAY;
