//! Creating a key.

use super::check::{KeyOptions, OptionFields, name, options, scopes, token};
use super::edit::audit_limit;
use super::lifetime::{NewKeyRules, end_field};
use super::{CurrentKey, Keys};
use crate::error::Error;
use crate::invalid::InvalidFields;
use crate::key::{AllowList, PlainKey};
use crate::origin::{CalledKey, Client};
use crate::random;
use crate::sessions::Member;
use crate::store::{Action, InsertKeyOutcome, KeyRecord, NewKey, TokenDigest};
use domain::{CreateKeyForm, Failure, Field, KeyId, KeyName, KeyNote, ScopeSet, Timestamp};
use serde_json::json;

/// A key that was just created, with its secret.
#[derive(Debug)]
pub struct IssuedKey {
    pub key: CurrentKey,
    pub secret: PlainKey,
    /// Another active or paused key with the same name.
    pub namesake: Option<KeyRecord>,
}

/// The values of a create form in which every field is valid.
struct ValidForm {
    name: KeyName,
    scopes: ScopeSet,
    expires_at: Option<Timestamp>,
    options: KeyOptions,
}

impl Keys {
    /// Creates a key for the member's account. The secret is in the answer, and is never available
    /// again.
    ///
    /// # Errors
    /// Refused to viewers, for invalid fields (all of them at once), and for a form that was sent
    /// before.
    pub async fn issue(
        &self,
        member: &Member,
        client: &Client,
        form: &CreateKeyForm,
    ) -> Result<IssuedKey, Error> {
        member.must_manage_keys()?;
        let now = self.clock.now();
        let ValidForm {
            name,
            scopes,
            expires_at,
            options,
        } = check(form, &self.new_key_rules(member, now, None).await?)?;
        let secret = PlainKey::generate(&*self.random);
        let pepper = self.pepper.installation_pepper().await?;
        let id =
            KeyId::parse(&random::uuid(&*self.random, self.clock.now())).map_err(Error::broken)?;
        let key = NewKey {
            id: id.clone(),
            account_id: member.account_id.clone(),
            name,
            preview: secret.preview(),
            digest: secret.digest(pepper),
            pepper_id: pepper.id(),
            scopes,
            created_at: now,
            created_by: member.id.clone(),
            expires_at,
            note: options.note,
            own_limit: options.own_limit,
            allow_list: options.allow_list,
            form_token: TokenDigest::of(&form.token),
        };
        let detail = json!({
            "name": key.name, "preview": key.preview, "scopes": key.scopes,
            "expires_at": key.expires_at.map(crate::rfc3339::rfc3339),
            "note": key.note.as_ref().map(KeyNote::as_str),
            "limit": key.own_limit.map(audit_limit),
            "allow_list": key.allow_list.as_ref().map(AllowList::texts),
        });
        let event = member.event(Action::KeyCreated, id.as_str(), client, now, detail);
        // Read before the commit: nothing that can fail comes between the commit and the
        // response.
        let namesake = self.namesake(&key.account_id, &key.name, None, now).await?;
        match self.store.insert_key(key, event).await? {
            InsertKeyOutcome::SameForm { name } => Err(Failure::AlreadyCreated {
                name: name.as_str().to_owned(),
            }
            .into()),
            InsertKeyOutcome::Stopped => Err(Failure::CreationStopped.into()),
            InsertKeyOutcome::Created(key) => {
                self.remember_new_key(member, &id, &secret);
                let key = self.current(*key, now);
                Ok(IssuedKey {
                    key,
                    secret,
                    namesake,
                })
            }
        }
    }

    /// Registers the key as new, so that calls with a part of it are recognised.
    pub(super) fn remember_new_key(&self, member: &Member, id: &KeyId, secret: &PlainKey) {
        let key = CalledKey::new(member.account_id.clone(), id.clone());
        self.recent.note(&secret.preview(), key, self.clock.now());
    }
}

fn check(form: &CreateKeyForm, rules: &NewKeyRules<'_>) -> Result<ValidForm, InvalidFields> {
    let mut invalid = InvalidFields::default();
    // No page shows a field for the token.
    let name = name(&form.name).and_then(|name| token(&form.token).map(|()| name));
    let name = invalid.check(Field::Name, name);
    let scopes = invalid.check(Field::Scopes, scopes(&form.scopes));
    let end = rules.end(&form.expires, &form.last_day);
    let expires_at = invalid.check(end_field(&form.expires), end);
    let fields = OptionFields {
        note: &form.note,
        limit_depth: &form.limit_depth,
        limit_per_second: &form.limit_per_second,
        allow_list: &form.allow_list,
    };
    let options = options(&mut invalid, &fields);
    match (name, scopes, expires_at, options) {
        (Some(name), Some(scopes), Some(expires_at), Some(options)) => Ok(ValidForm {
            name,
            scopes,
            expires_at,
            options,
        }),
        _ => Err(invalid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let rules = NewKeyRules {
            now: Timestamp::from_millis(0),
            zone: &crate::zone::Zone::parse("UTC").unwrap(),
            policy: domain::KeyPolicy::default(),
            account_limit: domain::RateLimit::DEFAULT,
            replaced_lifetime: None,
        };
        let form = CreateKeyForm {
            note: "x".repeat(1_001),
            limit_depth: "x".into(),
            limit_per_second: "x".into(),
            allow_list: "example.com".into(),
            ..CreateKeyForm::default()
        };
        let Err(invalid) = check(&form, &rules) else {
            panic!("an invalid form was taken")
        };
        for field in [
            Field::Name,
            Field::Scopes,
            Field::Expires,
            Field::Note,
            Field::LimitDepth,
            Field::LimitPerSecond,
            Field::AllowList,
        ] {
            assert!(invalid.at(field).is_some(), "{field:?} was not named");
        }
    }
}
