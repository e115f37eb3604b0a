//! The secret shared with an authenticator app, its codes, and the recovery codes.

use crate::error::Error;
use crate::pepper::Pepper;
use crate::peppers::Peppers;
use crate::random::{Random, bytes};
use crate::store::{FactorRecord, Proof, RecoveryDigest};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use domain::{Email, MemberId, Timestamp};
use std::sync::Arc;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 12;
const SECRET_BYTES: usize = 20;
/// Without letters that are easily confused with others.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a recovery code: 50 bits.
const RECOVERY_CHARS: usize = 10;

/// The shared secret: 160 random bits, the length that RFC 4226 recommends.
pub(crate) struct FactorSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl FactorSecret {
    /// RFC 6238 as every app supports it: SHA-1, 6 digits, 30 seconds, and one step before and
    /// after.
    pub(crate) fn totp(&self, email: &Email) -> Result<Totp, Error> {
        // The one character that the account name in the app's URL cannot contain.
        let name = email.as_str().replace(':', "_");
        Builder::new()
            .with_secret(Secret::new(Box::new(*self.0)))
            .with_account_name(name)
            .with_issuer(Some("Voxum Console"))
            .build()
            .map_err(|error| Error::broken(error.to_string()))
    }

    /// Returns the secret for people who cannot scan it, in groups of four.
    pub(crate) fn text(&self) -> String {
        let text = Secret::new(Box::new(*self.0)).to_base32();
        let groups: Vec<_> = text
            .as_bytes()
            .chunks(4)
            .map(String::from_utf8_lossy)
            .collect();
        groups.join(" ")
    }
}

/// Secrets and codes of second factors.
pub struct Factors {
    pub(crate) random: Arc<dyn Random>,
    pub(crate) peppers: Arc<Peppers>,
}

impl Factors {
    pub(crate) fn new_factor_secret(&self) -> FactorSecret {
        FactorSecret(Zeroizing::new(bytes(&*self.random)))
    }

    /// Encrypts a secret under a pepper, for one member alone.
    pub(crate) fn seal(
        &self,
        member: &MemberId,
        secret: &FactorSecret,
        pepper: &Pepper,
    ) -> Result<Vec<u8>, Error> {
        self.encrypt(secret.0.as_slice(), member.as_str(), pepper)
    }

    /// Encrypts a secret whose code was correct, together with the time step of that code, for one
    /// member alone.
    pub(crate) fn seal_confirmed(
        &self,
        member: &MemberId,
        secret: &FactorSecret,
        step: u64,
        pepper: &Pepper,
    ) -> Result<Vec<u8>, Error> {
        let plain = Zeroizing::new([secret.0.as_slice(), &step.to_be_bytes()].concat());
        self.encrypt(&plain, &confirmed(member), pepper)
    }

    /// Encrypts `plain` so that it can be decrypted only with the same `context`.
    fn encrypt(&self, plain: &[u8], context: &str, pepper: &Pepper) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_BYTES] = bytes(&*self.random);
        let payload = Payload {
            msg: plain,
            aad: context.as_bytes(),
        };
        let sealed = factor_cipher(pepper).encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::broken("a secret could not be encrypted"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts a secret; `None` if [`Factors::seal`] did not make it for this member.
    pub(crate) fn unseal(&self, member: &MemberId, sealed: &[u8]) -> Option<FactorSecret> {
        let plain = self.decrypt(sealed, member.as_str())?;
        Some(FactorSecret(Zeroizing::new(
            plain.as_slice().try_into().ok()?,
        )))
    }

    /// Decrypts a secret and the time step of the code that confirmed it; `None` if
    /// [`Factors::seal_confirmed`] did not make it for this member.
    pub(crate) fn unseal_confirmed(
        &self,
        member: &MemberId,
        sealed: &[u8],
    ) -> Option<(FactorSecret, u64)> {
        let plain = self.decrypt(sealed, &confirmed(member))?;
        let (secret, step) = plain.split_at_checked(SECRET_BYTES)?;
        let secret = FactorSecret(Zeroizing::new(secret.try_into().ok()?));
        Some((secret, u64::from_be_bytes(step.try_into().ok()?)))
    }

    fn decrypt(&self, sealed: &[u8], context: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        let peppers = [Some(self.peppers.current()), self.peppers.old()];
        let decrypted = peppers.into_iter().flatten().find_map(|pepper| {
            let payload = Payload {
                msg: sealed,
                aad: context.as_bytes(),
            };
            factor_cipher(pepper)
                .decrypt(&Nonce::from(nonce), payload)
                .ok()
        });
        decrypted.map(Zeroizing::new)
    }

    /// Returns what a typed code proves; `None` if it proves nothing. Only the database knows
    /// whether it was used before.
    pub(crate) fn proof(
        &self,
        member: &MemberId,
        email: &Email,
        factor: &FactorRecord,
        typed: &str,
        now: Timestamp,
    ) -> Result<Option<Proof>, Error> {
        let plain = plain(typed);
        if plain.len() != 6 {
            let current = self.peppers.current();
            let peppers = [current, self.peppers.old().unwrap_or(current)];
            let digests = peppers.map(|pepper| recovery_digest(pepper, member, &plain));
            return Ok((plain.len() == RECOVERY_CHARS).then_some(Proof::Recovery(digests)));
        }
        let secret = self.unseal(member, &factor.sealed);
        let secret = secret.ok_or_else(|| Error::broken("a second factor cannot be decrypted"))?;
        Ok(step(&secret.totp(email)?, &plain, now).map(Proof::Step))
    }

    /// Returns ten fresh codes with their digests.
    pub(crate) fn recovery_codes(
        &self,
        member: &MemberId,
        pepper: &Pepper,
    ) -> Vec<(String, RecoveryDigest)> {
        let code = |_| {
            let random: Zeroizing<[u8; RECOVERY_CHARS]> = Zeroizing::new(bytes(&*self.random));
            let plain: String = random
                .iter()
                .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
                .collect();
            let digest = recovery_digest(pepper, member, &plain);
            (format!("{}-{}", &plain[..5], &plain[5..]), digest)
        };
        (0..10).map(code).collect()
    }
}

/// Context of the encryption of a confirmed secret. No id contains a line feed, so this context
/// differs from that of every other secret.
fn confirmed(member: &MemberId) -> String {
    format!("{member}\nconfirmed")
}

fn factor_cipher(pepper: &Pepper) -> ChaCha20Poly1305 {
    let key = Zeroizing::new(pepper.mac(b"voxum second factor secrets"));
    ChaCha20Poly1305::new(&Key::from(*key))
}

fn recovery_digest(pepper: &Pepper, member: &MemberId, plain: &str) -> RecoveryDigest {
    let message = format!("voxum recovery code\n{member}\n{plain}");
    RecoveryDigest(pepper.mac(message.as_bytes()))
}

/// Returns the step of a code that is valid now, or was or will be within half a minute.
pub(crate) fn step(totp: &Totp, code: &str, now: Timestamp) -> Option<u64> {
    totp.check(code, u64::try_from(now.millis() / 1000).ok()?)
}

/// Removes the spaces and dashes that people type or paste.
fn plain(typed: &str) -> String {
    let chars = typed.chars().filter(char::is_ascii_alphanumeric);
    chars
        .take(2 * RECOVERY_CHARS)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
