//! Rotating a key: a new key with a new secret takes over all settings of an old one.

use super::check::{text, token};
use super::lifetime::NewLife;
use super::{CurrentKey, IssuedKey, Keys, NewKeyChoices};
use crate::error::Error;
use crate::key::PlainKey;
use crate::origin::Client;
use crate::random;
use crate::sessions::Member;
use crate::store::{Action, AuditEvent, KeyRecord, OldEnds, Rotated, Rotation, TokenDigest};
use crate::view::rfc3339;
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
struct Checked {
    old_ends: OldEnds,
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
        let life = self.new_life(member, now, length(&record)).await?;
        let successor = self.successor(&record).await?;
        let successor = successor.filter(|key| key.status(now).is_live());
        let stopped = self.store.creation_stopped(&member.account_id).await?;
        let refusal = if !member.role.manages_keys() {
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
            new_key: life.choices(random::form_token(&*self.random)),
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
        let Checked {
            old_ends,
            expires_at,
        } = check(form, &self.new_life(member, now, length(&stored)).await?)?;
        let secret = PlainKey::generate(&*self.random);
        let pepper = self.pepper.installations().await?;
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
            old_ends,
        };
        let events =
            |old: &KeyRecord, new: &KeyRecord| events(member, client, now, old_ends, old, new);
        let account = &member.account_id;
        let rotate = self.store.rotate_key(account, id, rotation, &events);
        let (rotated, receipt) = self.node.propagate(rotate).await?;
        match rotated {
            Rotated::Rotated { old, new } => {
                if old.revocation.is_some() {
                    self.changes
                        .keep_receipt(account, now, Some(id), receipt)
                        .await;
                }
                self.await_call(member, &new.id, &secret);
                let key = self.current(*new, now);
                Ok((IssuedKey { key, secret }, self.current(*old, now)))
            }
            Rotated::SameForm { name } => Err(Failure::AlreadyCreated {
                name: name.as_str().to_owned(),
            }
            .into()),
            Rotated::Stopped => Err(Failure::CreationStopped.into()),
            Rotated::Ended => Err(Failure::AlreadyEnded.into()),
            Rotated::UnderWay => Err(Failure::BeingReplaced.into()),
            Rotated::Missing => Err(Failure::NotFound.into()),
        }
    }
}

/// Returns the lifetime of the key in milliseconds, if it expires.
fn length(key: &KeyRecord) -> Option<i64> {
    Some(key.expires_at?.millis() - key.created_at.millis())
}

fn check(form: &RotateKeyForm, life: &NewLife<'_>) -> Result<Checked, Failure> {
    let mut errors = Vec::new();
    let grace = Grace::parse(&form.grace).and_then(|grace| token(&form.token).map(|()| grace));
    let grace = text(&mut errors, Field::Grace, grace);
    let expires_at = life.end(&form.expires, &form.last_day);
    let expires_at = text(&mut errors, Field::Expires, expires_at);
    match (grace, expires_at) {
        (Some(grace), Some(expires_at)) => Ok(Checked {
            old_ends: grace.seconds().map_or(OldEnds::Now, |seconds| {
                OldEnds::At(life.now.plus_seconds(seconds))
            }),
            expires_at,
        }),
        _ => Err(Failure::Invalid { errors }),
    }
}

/// Returns one audit event for each of the two keys.
fn events(
    member: &Member,
    client: &Client,
    now: Timestamp,
    old_ends: OldEnds,
    old: &KeyRecord,
    new: &KeyRecord,
) -> [AuditEvent; 2] {
    let event = |action, key: &KeyRecord, detail| {
        member.event(action, key.id.as_str(), client, now, detail)
    };
    let ends_at = match old_ends {
        OldEnds::Now => None,
        OldEnds::At(_) => old.expires_at.map(rfc3339),
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

    fn checked(grace: &str, expires: &str, token: &str) -> Result<Checked, Failure> {
        let form = RotateKeyForm {
            grace: grace.into(),
            expires: expires.into(),
            last_day: String::new(),
            token: token.into(),
        };
        let life = NewLife {
            now: NOW,
            zone: &crate::zone::Zone::parse("UTC").unwrap(),
            policy: domain::KeyPolicy::default(),
            same: Some(5_000),
        };
        check(&form, &life)
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
            let wanted = Checked {
                old_ends: OldEnds::At(NOW.plus_seconds(seconds)),
                expires_at: Some(NOW.plus_seconds(5)),
            };
            assert_eq!(checked(grace, "same", TOKEN), Ok(wanted), "{grace}");
        }
        let wanted = Checked {
            old_ends: OldEnds::Now,
            expires_at: None,
        };
        assert_eq!(checked("now", "never", TOKEN), Ok(wanted));
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let failure = checked("2h", "8d", "0123456789abcdef").unwrap_err();
        for field in [Field::Grace, Field::Expires] {
            assert!(failure.at(field).is_some(), "{field:?}");
        }
        let failure = checked("24h", "7d", "short").unwrap_err();
        assert!(failure.at(Field::Grace).unwrap().contains("out of date"));
    }
}
