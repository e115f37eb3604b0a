//! The operations on API keys.

mod activity;
mod attention;
mod bulk;
mod changes;
mod check;
mod current;
mod dead_key_calls;
mod details;
mod edit;
mod edit_form;
mod emergency;
mod expiring;
mod extend;
mod first_call;
mod identify;
mod issue;
mod lifetime;
mod list;
mod namesake;
mod operator;
mod query;
mod restored;
mod revoke;
mod rotate;
mod rotation;
mod undo;
mod watch;
mod watched_callers;
mod week;
mod week_pattern;

pub use activity::KeyActivity;
pub(crate) use attention::attention;
pub use bulk::BulkSelection;
pub use changes::KeyChanges;
pub use current::{CurrentKey, KeyWarning};
pub use dead_key_calls::DeadKeyUse;
pub use details::KeyDetails;
pub use emergency::{Emergencies, EmergencyState};
pub use expiring::MAX_EXPIRING;
pub use first_call::FirstCall;
pub use identify::Identification;
pub use issue::IssuedKey;
pub use lifetime::NewKeyChoices;
pub use list::{KeyList, MAX_IN_VIEW};
pub use operator::{KeySelector, Operator, OperatorChange, OperatorOutcome, SelectorError};
pub(crate) use query::text as search_text;
pub use restored::KeysOnHold;
pub(crate) use restored::RestoredKeys;
pub use rotate::RotationOptions;
pub use rotation::{Overlap, Rotations};
pub use watch::ChosenNetworks;
pub use watched_callers::{WatchedCaller, WatchedCallers};
pub use week::WeekOfCalls;
pub use week_pattern::WeekPattern;

use crate::authenticator::NewKeyPrefixes;
use crate::clock::Clock;
use crate::pepper_change::PepperChange;
use crate::peppers::Peppers;
use crate::random::Random;
use crate::refusals::PendingRefusals;
use crate::store::KeyPorts;
use crate::usage::Usages;
use crate::verdict::{Node, PendingStops};
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
    pub(crate) pending_stops: Arc<PendingStops>,
    pub(crate) recent: Arc<NewKeyPrefixes>,
    pub(crate) refusals: Arc<PendingRefusals>,
}
