//! Counts of failed sign-ins, and the delays that they cause.

use super::SignInGuard;
use crate::error::Error;
use crate::limit::network;
use crate::origin::Client;
use domain::{Email, MemberId, seconds};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Delays in seconds after the first, second, … failed attempt at one address from one network.
const MEMBER_DELAYS: [u32; 6] = [1, 2, 4, 8, 16, 30];
/// Delays after wrong codes of one member, from any network: from the tenth on, the password was
/// guessed and not mistyped.
const CODE_DELAYS: [u32; 10] = [1, 2, 4, 8, 16, 30, 30, 30, 30, STEEP_SECONDS];
/// The delay after ten wrong codes and after each further one.
pub(super) const STEEP_SECONDS: u32 = 15 * 60;
/// Delays after all failed attempts from one network. The first ten are free: people behind one
/// router mistype, too.
const NETWORK_DELAYS: [u32; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30];
/// After a day without a failure, the count starts from nothing.
pub(super) const FORGET_FAILURES_SECONDS: i64 = seconds::DAY;

impl SignInGuard {
    /// Returns the subjects whose failures are forgotten after a success at this address: the
    /// address in an installation of one account, and none in an installation of several. Otherwise
    /// a member of one account could clear the failures of their guesses at a member of another
    /// account who has the same address, or find out by the delays that there is one.
    pub(crate) async fn forgotten_at_success(
        &self,
        email: &Email,
        client: &Client,
    ) -> Result<Vec<String>, Error> {
        if self.store.count_accounts(2).await? > 1 {
            return Ok(Vec::new());
        }
        let (by_member, _) = subjects(email.as_str(), client.ip);
        Ok(vec![by_member])
    }

    pub(crate) async fn count_failure(&self, email: &str, client: &Client) -> Result<(), Error> {
        let (by_member, by_network) = subjects(email, client.ip);
        let now = self.clock.now();
        let forget = now.plus_seconds(-FORGET_FAILURES_SECONDS);
        self.store
            .count_failure(&[by_member], now, &MEMBER_DELAYS, forget)
            .await?;
        self.store
            .count_failure(&[by_network], now, &NETWORK_DELAYS, forget)
            .await?;
        Ok(())
    }

    /// Counts a wrong code under the member alone. Only a caller with the password gets this far,
    /// so that no one else can keep the member out, and codes cannot be tried faster from many
    /// networks than from one.
    ///
    /// Returns whether the steep delay has begun.
    pub(crate) async fn count_code_failure(&self, id: &MemberId) -> Result<bool, Error> {
        let now = self.clock.now();
        let forget = now.plus_seconds(-FORGET_FAILURES_SECONDS);
        let until = self
            .store
            .count_failure(&[code_subject(id)], now, &CODE_DELAYS, forget)
            .await?;
        Ok(until >= now.plus_seconds(STEEP_SECONDS.into()))
    }
}

/// Returns the subjects that failed sign-ins are counted under: the address as tried from one
/// network, and that network alone. Not the address alone: then anyone could keep an owner out by
/// failing in their name.
pub(super) fn subjects(email: &str, ip: IpAddr) -> (String, String) {
    let network = match network(ip) {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    };
    // Hashed: text that people type into the wrong field must not be stored as it is.
    let member = hex::encode(Sha256::digest(format!("{email}\n{network}")));
    (format!("member:{member}"), format!("network:{network}"))
}

/// Returns the subject that wrong codes are counted under.
pub(crate) fn code_subject(id: &MemberId) -> String {
    format!("code:{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_from_one_ipv6_network_count_together() {
        let one = subjects("a@b.c", "2001:db8::1".parse().unwrap());
        let other = subjects("a@b.c", "2001:db8::2".parse().unwrap());
        assert_eq!(one, other);
        assert_ne!(one, subjects("a@b.c", "2001:db8:0:1::1".parse().unwrap()));
    }

    #[test]
    fn sign_in_throttle_does_not_store_the_typed_email_address() {
        let (member, _) = subjects("hunter2-my-password", "127.0.0.1".parse().unwrap());
        assert!(!member.contains("hunter2"));
    }
}
