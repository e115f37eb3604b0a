//! Sign-ins that succeed in one account, as guesses at the members of other accounts who have the
//! same address.
//!
//! A sign-in verifies its password against each member with the address. If the password is correct
//! for one of them, it was still wrong for the others. If that did not count, an admin could guess
//! the password of another account's member: the admin invites the member's address, opens the
//! link, and sets the password of the invited member to each guess before signing in with it.
//!
//! A person who has different passwords in two accounts signs in like that, too, but always with
//! the same few passwords. A password that was tried before is not a new guess, so:
//!
//! 1. A password counts at its first sign-in of [`TRIED_SECONDS`]. It is recognised by the stored
//!    hash that it matched, whose salt is new whenever a password is set.
//! 2. Five such passwords in a row are free; each further one is counted as a failed sign-in at the
//!    address. A day without a new password ends the row.
//! 3. For the members for whom it was wrong, a failed sign-in is recorded, even if the password is
//!    free.
//!
//! In an installation of several accounts, the first two steps are the same for every address.
//! Otherwise the delays would reveal whether another account has a member with it.

use super::SignInGuard;
use super::failures::{FORGET_FAILURES_SECONDS, subjects};
use crate::error::Error;
use crate::failed_attempts::AttemptKind;
use crate::origin::Client;
use crate::store::Candidate;
use domain::{AccountId, Email, MemberId};
use sha2::{Digest, Sha256};

/// The delay after the first, second, … new password: the sixth one is a failure.
const FREE_PASSWORDS: [u32; 6] = [0, 0, 0, 0, 0, 1];

/// How long a password that was tried is recognised.
const TRIED_SECONDS: u32 = 30 * 24 * 3600;

impl SignInGuard {
    /// Counts a password that matched this candidate, and none of `others`, who have the same
    /// address.
    pub(crate) async fn count_right_password(
        &self,
        candidate: &Candidate,
        others: &[(&AccountId, &MemberId)],
        client: &Client,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let subject = [password_subject(&candidate.password_hash)];
        if self.store.blocked_until(&subject, now).await?.is_some() {
            return Ok(());
        }
        if !others.is_empty() {
            self.attempts.note(AttemptKind::Password, others, client);
        }
        let email = candidate.member.email.as_str();
        let forget = now.plus_seconds(-FORGET_FAILURES_SECONDS);
        let passwords = [passwords_subject(&candidate.member.email, client)];
        let until = self
            .store
            .count_failure(&passwords, now, &FREE_PASSWORDS, forget)
            .await?;
        if until > now {
            self.count_failure(email, client).await?;
        }
        // Comes last: if this is cut off, the password counts again rather than never. Nothing is
        // delayed under this subject; its row is kept until the delay is over.
        self.store
            .count_failure(&subject, now, &[TRIED_SECONDS], forget)
            .await?;
        Ok(())
    }
}

/// Subject of a password that was tried. It is the same for every network, since a repeated guess
/// from another network reveals nothing new.
fn password_subject(password_hash: &str) -> String {
    format!("tried:{}", hex::encode(Sha256::digest(password_hash)))
}

/// Subject of the number of new passwords at one address from one network.
fn passwords_subject(email: &Email, client: &Client) -> String {
    let (by_member, _) = subjects(email.as_str(), client.ip);
    format!("passwords:{by_member}")
}
