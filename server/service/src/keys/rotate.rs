//! Rotating a key: a new key with a new secret takes over all settings of an old one.

use super::check::token;
use super::lifetime::{NewKeyRules, end_field};
use super::{CurrentKey, IssuedKey, Keys, NewKeyChoices};
use crate::error::Error;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::key::PlainKey;
use crate::origin::Client;
use crate::random;
use crate::rfc3339::rfc3339;
use crate::sessions::Member;
use crate::store::{
    Action, AuditEvent, KeyRecord, OldKeyExpiry, RotateKeyOutcome, Rotation, TokenDigest,
};
use domain::{Failure, Field, Grace, KeyId, RotateKeyForm, Timestamp};
use serde_json::json;

/// How a key can be rotated.
#[derive(Debug)]
pub struct RotationOptions {
    pub key: CurrentKey,
    /// Why the key cannot be rotated, if so.
    pub refusal: Option<Failure>,
    /// The key that already replaces this one, and is neither revoked nor expired.
    pub successor: Option<KeyId>,
    pub new_key: NewKeyChoices,
}

/// The values of a rotate form in which every field is valid.
#[derive(Debug, PartialEq, Eq)]
struct ValidForm {
    old_expiry: OldKeyExpiry,
    expires_at: Option<Timestamp>,
}

impl Keys {
    /// Returns how a key can be rotated, for any role.
    ///
    /// # Errors
    /// [`Failure::NotFound`], also for a key of another account.
    pub async fn rotation(&self, member: &Member, id: &KeyId) -> Result<RotationOptions, Error> {
        let now = self.clock.now();
        let record = self.find(member, id).await?;
        let rules = self
            .new_key_rules(member, now, lifetime_millis(&record))
            .await?;
        let successor = self.successor(&record).await?;
        let successor = successor.filter(|key| key.status(now).is_live());
        let stopped = self.store.creation_stopped(&member.account_id).await?;
        let refusal = if !member.role.may_manage_keys() {
            Some(Failure::Forbidden)
        } else if !record.status(now).is_live() {
            Some(Failure::AlreadyEnded)
        } else if stopped.is_some() {
            Some(Failure::CreationStopped)
        } else {
            successor.as_ref().map(|_| Failure::BeingReplaced)
        };
        Ok(RotationOptions {
            refusal,
            successor: successor.map(|key| key.id),
            new_key: rules.choices(random::form_token(&*self.random)),
            key: self.current(record, now),
        })
    }

    /// Creates a key with all settings of another one, and lets the other one end. Returns the new
    /// key with its secret, which is never available again, and the old key as it is from now on.
    ///
    /// # Errors
    /// Refused to viewers, for invalid fields (all of them at once), for a form that was sent
    /// before, and for a key that is unknown, ended or being replaced already.
    pub async fn rotate(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        form: &RotateKeyForm,
    ) -> Result<(IssuedKey, CurrentKey), Error> {
        member.must_manage_keys()?;
        let now = self.clock.now();
        let stored = self.find(member, id).await?;
        let ValidForm {
            old_expiry,
            expires_at,
        } = check(
            form,
            &self
                .new_key_rules(member, now, lifetime_millis(&stored))
                .await?,
        )?;
        let secret = PlainKey::generate(&*self.random);
        let pepper = self.pepper.installation_pepper().await?;
        let rotation = Rotation {
            id: KeyId::parse(&random::uuid(&*self.random, self.clock.now()))
                .map_err(Error::broken)?,
            preview: secret.preview(),
            digest: secret.digest(pepper),
            pepper_id: pepper.id(),
            at: now,
            by: member.id.clone(),
            expires_at,
            form_token: TokenDigest::of(&form.token),
            old_expiry,
        };
        let events =
            |old: &KeyRecord, new: &KeyRecord| events(member, client, now, old_expiry, old, new);
        let account = &member.account_id;
        let rotate = self.store.rotate_key(account, id, rotation, &events);
        let (rotated, receipt) = self.node.propagate(rotate).await?;
        match rotated {
            RotateKeyOutcome::Rotated { old, new } => {
                if old.revocation.is_some() {
                    self.changes
                        .keep_receipt(account, now, Some(id), receipt)
                        .await;
                }
                self.remember_new_key(member, &new.id, &secret);
                let key = self.current(*new, now);
                let issued = IssuedKey {
                    key,
                    secret,
                    // The old key is meant to have the same name, and other keys had it before.
                    namesake: None,
                };
                Ok((issued, self.current(*old, now)))
            }
            RotateKeyOutcome::SameForm { name } => Err(Failure::AlreadyCreated {
                name: name.as_str().to_owned(),
            }
            .into()),
            RotateKeyOutcome::Stopped => Err(Failure::CreationStopped.into()),
            RotateKeyOutcome::Ended => Err(Failure::AlreadyEnded.into()),
            RotateKeyOutcome::UnderWay => Err(Failure::BeingReplaced.into()),
            RotateKeyOutcome::Missing => Err(Failure::NotFound.into()),
        }
    }
}

/// Returns the lifetime of the key in milliseconds, if it expires.
fn lifetime_millis(key: &KeyRecord) -> Option<i64> {
    Some(key.expires_at?.millis() - key.created_at.millis())
}

fn check(form: &RotateKeyForm, rules: &NewKeyRules<'_>) -> Result<ValidForm, InvalidFields> {
    let mut invalid = InvalidFields::default();
    let grace = Grace::parse(&form.grace).map_err(InvalidReason::from);
    let grace = grace.and_then(|grace| token(&form.token).map(|()| grace));
    let grace = invalid.check(Field::Grace, grace);
    let end = rules.end(&form.expires, &form.last_day);
    let expires_at = invalid.check(end_field(&form.expires), end);
    match (grace, expires_at) {
        (Some(grace), Some(expires_at)) => Ok(ValidForm {
            old_expiry: grace.seconds().map_or(OldKeyExpiry::Now, |seconds| {
                OldKeyExpiry::At(rules.now.plus_seconds(seconds))
            }),
            expires_at,
        }),
        _ => Err(invalid),
    }
}

/// Returns one audit event for each of the two keys.
fn events(
    member: &Member,
    client: &Client,
    now: Timestamp,
    old_expiry: OldKeyExpiry,
    old: &KeyRecord,
    new: &KeyRecord,
) -> [AuditEvent; 2] {
    let event = |action, key: &KeyRecord, detail| {
        member.event(action, key.id.as_str(), client, now, detail)
    };
    let ends_at = match old_expiry {
        OldKeyExpiry::Now => None,
        OldKeyExpiry::At(_) => old.expires_at.map(rfc3339),
    };
    let rotated = json!({
        "name": old.name, "preview": old.preview, "ends_at": ends_at,
        "replaced_by": new.preview,
    });
    let created = json!({
        "name": new.name, "preview": new.preview, "scopes": new.scopes,
        "expires_at": new.expires_at.map(rfc3339),
        "replaces": old.preview,
    });
    [
        event(Action::KeyRotated, old, rotated),
        event(Action::KeyCreated, new, created),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_411_867_000);

    fn checked(grace: &str, expires: &str, token: &str) -> Result<ValidForm, InvalidFields> {
        let form = RotateKeyForm {
            grace: grace.into(),
            expires: expires.into(),
            last_day: String::new(),
            token: token.into(),
        };
        let rules = NewKeyRules {
            now: NOW,
            zone: &crate::zone::Zone::parse("UTC").unwrap(),
            policy: domain::KeyPolicy::default(),
            account_limit: domain::RateLimit::DEFAULT,
            replaced_lifetime: Some(5_000),
        };
        check(&form, &rules)
    }

    #[test]
    fn old_key_expires_after_the_chosen_grace_period() {
        const TOKEN: &str = "0123456789abcdef";
        for (grace, seconds) in [
            ("1h", 3_600),
            ("24h", 86_400),
            ("7d", 604_800),
            ("30d", 2_592_000),
        ] {
            let expected = ValidForm {
                old_expiry: OldKeyExpiry::At(NOW.plus_seconds(seconds)),
                expires_at: Some(NOW.plus_seconds(5)),
            };
            assert_eq!(checked(grace, "same", TOKEN), Ok(expected), "{grace}");
        }
        let expected = ValidForm {
            old_expiry: OldKeyExpiry::Now,
            expires_at: None,
        };
        assert_eq!(checked("now", "never", TOKEN), Ok(expected));
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let invalid = checked("2h", "8d", "0123456789abcdef").unwrap_err();
        for field in [Field::Grace, Field::Expires] {
            assert!(invalid.at(field).is_some(), "{field:?}");
        }
        let invalid = checked("24h", "7d", "short").unwrap_err();
        assert_eq!(invalid.at(Field::Grace), Some(&InvalidReason::FormExpired));
    }
}
