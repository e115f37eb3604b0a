//! Signing in and out, and sessions.

use crate::limit::network;
use crate::password::Turn;
use crate::random::bytes;
use crate::store::{Action, Actor, AuditEvent, Candidate, NewSession, TokenDigest};
use crate::{Attempt, Client, Error, Member, Service, SignedIn};
use domain::{AccountId, Email, Failure, Field, MemberId, Rejected, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use zeroize::Zeroizing;

pub(crate) const IDLE_SECONDS: i64 = 12 * 3600;
const ABSOLUTE_SECONDS: i64 = 7 * 24 * 3600;

/// Delays in seconds after the first, second, … failed attempt at one address from one network.
const MEMBER_DELAYS: [u32; 6] = [1, 2, 4, 8, 16, 30];
/// Delays after wrong codes of one member, from any network: from the tenth on, the password was
/// guessed and not mistyped.
const CODE_DELAYS: [u32; 10] = [1, 2, 4, 8, 16, 30, 30, 30, 30, STEEP_SECONDS];
/// The delay after ten wrong codes and after each further one.
pub(crate) const STEEP_SECONDS: u32 = 15 * 60;
/// Delays after all failed attempts from one network. The first ten are free: people behind one
/// router mistype, too.
const NETWORK_DELAYS: [u32; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30];
/// The number of members with the same address that a sign-in considers, each of another account.
/// Every sign-in in an installation of as many accounts verifies as many passwords.
const MAX_ACCOUNTS: u32 = 4;
/// After a day without a failure, the count starts from nothing.
pub(crate) const FORGET_FAILURES_SECONDS: i64 = 24 * 3600;

/// The content of the session cookie: 256 random bits. Only its hash is stored.
pub struct SessionToken(pub(crate) Zeroizing<String>);

impl SessionToken {
    /// Returns the text itself, for the cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

impl Service {
    /// Opens a session for the member with this address and password, or asks for the code of their
    /// second factor. If members of several accounts have both, it asks for the account.
    ///
    /// # Errors
    /// [`Failure::WrongCredentials`], which does not reveal which of the two is wrong, and
    /// [`Failure::TooManyAttempts`] during a delay.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<SignedIn, Error> {
        let email = Email::from_stored(email).ok();
        // A text that cannot be an address takes all steps as well, so that the time of the answer
        // reveals nothing.
        let subject = email.as_ref().map_or("", Email::as_str);
        let turn = self.attempt(subject, client).await?;
        let accounts = self.store.count_accounts(MAX_ACCOUNTS).await?;
        let accounts = u32::try_from(accounts).unwrap_or(MAX_ACCOUNTS).max(1);
        let candidates = match &email {
            Some(email) => self.members_with(email, accounts).await?,
            None => Vec::new(),
        };
        let mut matching = Vec::new();
        // The number of passwords depends on the number of accounts alone, so that the time of the
        // answer does not reveal whether a member has this address, or in how many accounts.
        for at in 0..accounts as usize {
            let candidate = candidates.get(at);
            // To the caller, a deactivated member looks like an unknown one.
            let candidate = candidate.filter(|candidate| !candidate.member.deactivated);
            let stored = candidate.map(|candidate| candidate.password_hash.as_str());
            if turn.verify(&self.hasher, password, stored).await? {
                matching.extend(candidate);
            }
        }
        let failed: Vec<_> = candidates
            .iter()
            .map(|Candidate { member, .. }| (&member.account_id, &member.id))
            .filter(|(_, id)| matching.iter().all(|one| one.member.id != **id))
            .collect();
        // The turn is held until a failure is counted: otherwise a burst would pass before.
        if let [first, ..] = matching[..]
            && accounts > 1
        {
            self.count_right_password(first, &failed, client).await?;
        }
        match matching[..] {
            [] => {
                self.count_failure(subject, client).await?;
                let attempt = match candidates[..] {
                    [] => Attempt::UnknownAddress,
                    _ => Attempt::Password,
                };
                self.note_attempt(attempt, &failed, client);
                Err(Failure::WrongCredentials.into())
            }
            [one] if self.store.second_factor(&one.member.id).await?.is_some() => {
                // Earlier failures stay counted until the code is right as well.
                self.begin_sign_in(one).await.map(SignedIn::CodeNeeded)
            }
            [one] => {
                let forget = self.forgotten_at_success(&one.member.email, client).await?;
                let session = self.open_session(one, &forget, client);
                session.await.map(SignedIn::Session)
            }
            _ => self
                .offer_accounts(&matching)
                .await
                .map(SignedIn::AccountNeeded),
        }
    }

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

    /// Returns the right to try a password for this address.
    ///
    /// # Errors
    /// [`Failure::TooManyAttempts`] during a delay.
    async fn attempt(&self, email: &str, client: &Client) -> Result<Turn<'_>, Error> {
        let (by_member, by_network) = subjects(email, client.ip);
        self.attempt_as(&[by_member, by_network]).await
    }

    /// Returns the right to try a code for this member.
    ///
    /// # Errors
    /// [`Failure::TooManyAttempts`] during a delay.
    pub(crate) async fn attempt_code(
        &self,
        id: &MemberId,
        email: &Email,
        client: &Client,
    ) -> Result<Turn<'_>, Error> {
        let (by_member, by_network) = subjects(email.as_str(), client.ip);
        let subjects = [by_member, by_network, code_subject(id)];
        self.attempt_as(&subjects).await
    }

    async fn attempt_as(&self, subjects: &[String]) -> Result<Turn<'_>, Error> {
        let turn = self.hasher.turn().await.ok_or(Failure::TooManyAttempts {
            retry_after_seconds: 1,
        })?;
        // Checked while the turn is held: otherwise a burst would pass before its first failure is
        // counted.
        let now = self.clock.now();
        match self.store.blocked_until(subjects, now).await? {
            Some(until) => Err(too_many(until, now)),
            None => Ok(turn),
        }
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

    /// Returns a session that is about to be opened, and its token.
    pub(crate) fn new_session(
        &self,
        member: &MemberId,
        client: &Client,
    ) -> (NewSession, SessionToken) {
        let token = self.new_token();
        let now = self.clock.now();
        let session = NewSession {
            digest: token_digest(&token),
            member_id: member.clone(),
            created_at: now,
            expires_at: now.plus_seconds(ABSOLUTE_SECONDS),
            ip: client.ip,
            user_agent: client.user_agent().map(str::to_owned),
        };
        (session, SessionToken(token))
    }

    pub(crate) fn session_event(
        &self,
        action: Action,
        member: &MemberId,
        account: &AccountId,
        client: &Client,
    ) -> AuditEvent {
        session_event(action, member, account, client, self.clock.now())
    }

    /// Asks a signed-in member for their password once more. A person who found their browser open
    /// is slowed down like anyone who tries to sign in.
    ///
    /// # Errors
    /// [`Failure::Invalid`] if it is wrong, [`Failure::TooManyAttempts`] during a delay.
    pub(crate) async fn ask_password(
        &self,
        member: &Member,
        password: &str,
        client: &Client,
    ) -> Result<(), Error> {
        let email = member.email.as_str();
        let turn = self.attempt(email, client).await?;
        let stored = self.store.password_hash(&member.id).await?;
        if turn
            .verify(&self.hasher, password, stored.as_deref())
            .await?
        {
            return Ok(());
        }
        self.count_failure(email, client).await?;
        let members = [(&member.account_id, &member.id)];
        self.note_attempt(Attempt::CurrentPassword, &members, client);
        Err(Error::field(
            Field::OldPassword,
            Rejected("This is not your password."),
        ))
    }

    /// Opens the session of a member who has just used a link. `None` if it could not be opened:
    /// the link has taken effect all the same, and its holder signs in.
    pub(crate) async fn open_session_after_link(
        &self,
        member: &MemberId,
        password_hash: String,
        client: &Client,
    ) -> Option<SessionToken> {
        let opened = async {
            let member = self.store.find_member(member).await?;
            let member = member.ok_or(Failure::WrongCredentials)?;
            let forget = self.forgotten_at_success(&member.email, client).await?;
            let candidate = Candidate {
                member,
                password_hash,
            };
            self.open_session(&candidate, &forget, client).await
        };
        match opened.await {
            Ok(session) => Some(session),
            Err(error) => {
                tracing::warn!(%error, "a link was used, and no session could be opened");
                None
            }
        }
    }

    /// Opens the session of a candidate whose password was verified.
    ///
    /// # Errors
    /// [`Failure::WrongCredentials`] if the verified state no longer holds: the member now has
    /// another password or a second factor, or is deactivated.
    async fn open_session(
        &self,
        Candidate {
            member,
            password_hash,
        }: &Candidate,
        forget: &[String],
        client: &Client,
    ) -> Result<SessionToken, Error> {
        let (session, token) = self.new_session(&member.id, client);
        let event = self.session_event(
            Action::SessionOpened,
            &member.id,
            &member.account_id,
            client,
        );
        let store = &self.store;
        if store
            .open_session(session, password_hash, forget, event)
            .await?
        {
            Ok(token)
        } else {
            Err(Failure::WrongCredentials.into())
        }
    }

    /// Ends a session. It is not an error if the token has none.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_out(&self, token: &str, client: &Client) -> Result<(), Error> {
        let Some(member) = self.member_of_session(token).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let event = session_event(
            Action::SessionEnded,
            &member.id,
            &member.account_id,
            client,
            now,
        );
        self.store.end_session(&token_digest(token), event).await?;
        Ok(())
    }

    /// Returns 256 random bits as 64 hexadecimal digits.
    pub(crate) fn new_token(&self) -> Zeroizing<String> {
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(bytes(&*self.random));
        Zeroizing::new(hex::encode(*secret))
    }

    /// Returns a token that identifies one rendered form. It is not a secret: it only makes a
    /// second post harmless.
    pub(crate) fn form_token(&self) -> String {
        hex::encode(bytes::<16>(&*self.random))
    }

    /// Returns a UUID of version 7: new ids sort after old ones, which keeps indexes compact.
    pub(crate) fn new_id(&self) -> String {
        let millis = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes(&*self.random))
            .into_uuid()
            .to_string()
    }
}

pub(crate) fn token_digest(token: &str) -> TokenDigest {
    TokenDigest(Sha256::digest(token.as_bytes()).into())
}

/// Returns the subjects that failed sign-ins are counted under: the address as tried from one
/// network, and that network alone. Not the address alone: then anyone could keep an owner out by
/// failing in their name.
pub(crate) fn subjects(email: &str, ip: IpAddr) -> (String, String) {
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

fn too_many(until: Timestamp, now: Timestamp) -> Error {
    let millis = u64::try_from(until.millis().saturating_sub(now.millis())).unwrap_or(0);
    let seconds = u32::try_from(millis.div_ceil(1000).max(1)).unwrap_or(u32::MAX);
    Failure::TooManyAttempts {
        retry_after_seconds: seconds,
    }
    .into()
}

fn session_event(
    action: Action,
    member: &MemberId,
    account: &AccountId,
    client: &Client,
    at: Timestamp,
) -> AuditEvent {
    AuditEvent::new(
        account,
        Actor::Member(member.clone()),
        client,
        action,
        member.as_str(),
        at,
        json!({}),
    )
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
    fn what_was_typed_as_an_address_is_not_kept() {
        let (member, _) = subjects("hunter2-my-password", "127.0.0.1".parse().unwrap());
        assert!(!member.contains("hunter2"));
    }
}
