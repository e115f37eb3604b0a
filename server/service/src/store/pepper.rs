//! Replacement of the installation's pepper.

use super::Result;
use crate::key::KeyDigest;
use crate::pepper::PepperId;
use async_trait::async_trait;
use domain::{MemberId, Timestamp};

/// Numbers of secrets that depend on a pepper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PepperNeed {
    /// API keys that are active or paused.
    pub keys: u64,
    /// Second factors.
    pub factors: u64,
    /// Unused recovery codes.
    pub recovery_codes: u64,
}

/// The secret of a second factor, encrypted under the old and under the new pepper.
#[derive(Debug, Clone)]
pub struct ResealedFactor {
    pub member: MemberId,
    pub from: Vec<u8>,
    pub to: Vec<u8>,
}

/// Storage for a change of the pepper. `crate::pepper` explains the order of these steps.
#[async_trait]
pub trait PepperStore: Send + Sync + 'static {
    /// Replaces the installation's pepper `from` with `to`; each is identified by its fingerprint
    /// and its id. Returns `false` if a registered node does not accept `to`, or if the
    /// installation has neither of the two.
    async fn change_pepper(
        &self,
        from: &(String, PepperId),
        to: &(String, PepperId),
    ) -> Result<bool>;

    /// Replaces digests of keys with new ones. A key that no longer has the old digest is skipped.
    /// Nothing else about the keys changes. A crash may undo this.
    async fn rehash_keys(&self, keys: &[(KeyDigest, KeyDigest)], current: &PepperId) -> Result<()>;

    /// Returns up to `limit` second factors that are encrypted under another pepper, in the order
    /// of their members and after `after`.
    async fn factors_to_reseal(
        &self,
        current: &PepperId,
        after: Option<&MemberId>,
        limit: u32,
    ) -> Result<Vec<(MemberId, Vec<u8>)>>;

    /// Stores a secret that was encrypted again, unless it has been replaced in the meantime.
    async fn reseal_factor(&self, factor: &ResealedFactor, current: &PepperId) -> Result<()>;

    /// Counts the secrets that depend, at `now`, on a pepper other than these two, which may be the
    /// same one.
    async fn pepper_need(
        &self,
        one: &PepperId,
        other: &PepperId,
        now: Timestamp,
    ) -> Result<PepperNeed>;
}
