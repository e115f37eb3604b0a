//! A change of the pepper, as the port takes and returns it.

use super::Result;
use crate::key::KeyDigest;
use crate::pepper::PepperId;
use async_trait::async_trait;
use domain::{MemberId, Timestamp};

/// How much needs another pepper than the current one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PepperNeed {
    /// API keys that are active or paused.
    pub keys: u64,
    /// Second factors.
    pub factors: u64,
    /// Recovery codes that were not used.
    pub recovery_codes: u64,
}

/// The secret of a second factor, encrypted again.
#[derive(Debug, Clone)]
pub struct ResealedFactor {
    pub member: MemberId,
    pub from: Vec<u8>,
    pub to: Vec<u8>,
}

/// `crate::pepper` explains the order of these steps.
#[async_trait]
pub trait PepperStore: Send + Sync + 'static {
    /// Makes the pepper `to` the installation's in place of `from`; each is given by its fingerprint and its id. `false` if a
    /// registered node does not accept it, or if neither of them is the installation's.
    async fn change_pepper(
        &self,
        from: &(String, PepperId),
        to: &(String, PepperId),
    ) -> Result<bool>;

    /// Stores new digests of keys in place of their old ones. A key whose digest is another one by now is passed over. All
    /// else about the keys stays as it is; a crash may undo it.
    async fn rehash_keys(&self, keys: &[(KeyDigest, KeyDigest)], current: &PepperId) -> Result<()>;

    /// Up to `limit` second factors that are encrypted under another pepper, of members after `after`, in their order.
    async fn factors_to_reseal(
        &self,
        current: &PepperId,
        after: Option<&MemberId>,
        limit: u32,
    ) -> Result<Vec<(MemberId, Vec<u8>)>>;

    /// Stores a secret that was encrypted again, unless it was replaced meanwhile.
    async fn reseal_factor(&self, factor: &ResealedFactor, current: &PepperId) -> Result<()>;

    /// What needs neither of two peppers at `now`. They may be the same one.
    async fn pepper_need(
        &self,
        one: &PepperId,
        other: &PepperId,
        now: Timestamp,
    ) -> Result<PepperNeed>;
}
