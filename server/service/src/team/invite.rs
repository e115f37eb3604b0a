//! Invitations, and joining an account.

use super::Team;
use crate::error::Error;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::origin::Client;
use crate::random;
use crate::sessions::Member;
use crate::store::{Action, Invitation, LinkPurpose, NewLink, TokenDigest};
use domain::{Email, Field, InviteForm, Role, Timestamp, seconds};
use serde_json::json;

/// Validity of an invitation: it lasts over a weekend.
const VALIDITY_SECONDS: i64 = 3 * seconds::DAY;

/// An invitation that was just created.
#[derive(Debug)]
pub struct Invited {
    pub email: Email,
    pub role: Role,
    /// The complete address. It is not stored, so it can be shown this one time.
    pub link: String,
    pub expires_at: Timestamp,
}

impl Team {
    /// Creates a link by which its holder joins the account. It ends an older invitation to the
    /// same address.
    ///
    /// # Errors
    /// Refused to members who may not assign this role or not end the older invitation, and for
    /// invalid fields.
    pub async fn invite(
        &self,
        member: &Member,
        client: &Client,
        form: &InviteForm,
    ) -> Result<Invited, Error> {
        // A viewer gets this error first, whatever they typed.
        member.must_manage(Role::Viewer)?;
        let (email, role) = check(form)?;
        member.must_manage(role)?;
        let (token, now) = (random::token(&*self.random), self.clock.now());
        let expires_at = now.plus_seconds(VALIDITY_SECONDS);
        let link = NewLink {
            digest: TokenDigest::of(&token),
            purpose: LinkPurpose::Invitation {
                account: member.account_id.clone(),
                account_name: member.account_name.clone(),
                email: email.clone(),
                role,
                invited_by: member.id.clone(),
            },
            created_at: now,
            expires_at,
        };
        let detail = json!({ "email": email, "role": role });
        let event = member.event(
            Action::InvitationCreated,
            email.as_str(),
            client,
            now,
            detail,
        );
        if !self.store.invite(link, event).await? {
            return Err(Error::field(Field::Email, InvalidReason::EmailTaken));
        }
        Ok(Invited {
            email,
            role,
            link: self.link_address(&token),
            expires_at,
        })
    }

    /// Ends the open invitation to this address. It is not an error if there is none.
    ///
    /// # Errors
    /// Refused to members who may not invite to this role.
    pub async fn withdraw_invitation(
        &self,
        member: &Member,
        client: &Client,
        email: &str,
    ) -> Result<(), Error> {
        member.must_manage(Role::Viewer)?;
        let now = self.clock.now();
        // The address may have been stored before a rule for new ones was made.
        let Ok(address) = Email::from_stored(email) else {
            return Ok(());
        };
        let event = |invitation: &Invitation| {
            let detail = json!({ "email": invitation.email, "role": invitation.role });
            let action = Action::InvitationWithdrawn;
            member.event(action, address.as_str(), client, now, detail)
        };
        self.store
            .withdraw_invitation(&member.account_id, &address, now, &event)
            .await?;
        Ok(())
    }
}

fn check(form: &InviteForm) -> Result<(Email, Role), InvalidFields> {
    let mut invalid = InvalidFields::default();
    let email = invalid.check(Field::Email, Email::parse(&form.email));
    let role = Role::parse(&form.role).ok_or(InvalidReason::UnknownRole);
    let role = invalid.check(Field::Role, role);
    email.zip(role).ok_or(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_invalid_fields_of_an_invitation_are_reported_at_once() {
        let form = InviteForm {
            email: "grace".into(),
            role: "root".into(),
            by_link: false,
        };
        let invalid = check(&form).unwrap_err();
        assert!(invalid.at(Field::Email).is_some());
        assert_eq!(invalid.at(Field::Role), Some(&InvalidReason::UnknownRole));
    }
}
