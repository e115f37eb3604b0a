//! Invitations, and joining an account.

use crate::session::token_digest;
use crate::store::{Action, Actor, AuditEvent, Claim, LinkPurpose, NewLink, NewMember};
use crate::view::moment;
use crate::{Client, Error, Member, Password, Service, SessionToken};
use domain::{
    AccountId, Email, Failure, Field, FieldError, InviteForm, IssuedInvitation, MemberId, Rejected,
    Role,
};
use serde_json::json;

/// Validity of an invitation: it lasts over a weekend.
const LIFE_SECONDS: i64 = 72 * 3600;

/// The content of an invitation.
pub(crate) struct Joining {
    pub account: AccountId,
    pub email: Email,
    pub role: Role,
}

impl Service {
    /// Creates a link by which its holder joins the account. It ends an older invitation to the
    /// same address.
    ///
    /// # Errors
    /// Refused to members who may not give this role, and for invalid fields.
    pub async fn invite(
        &self,
        member: &Member,
        client: &Client,
        form: &InviteForm,
    ) -> Result<IssuedInvitation, Error> {
        // A viewer gets this error first, whatever they typed.
        member.must_manage(Role::Viewer)?;
        let (email, role) = check(form)?;
        member.must_manage(role)?;
        let (token, now) = (self.new_token(), self.clock.now());
        let ends = now.plus_seconds(LIFE_SECONDS);
        let link = NewLink {
            digest: token_digest(&token),
            purpose: LinkPurpose::Invitation {
                account: member.account_id.clone(),
                account_name: member.account_name.clone(),
                email: email.clone(),
                role,
                invited_by: member.id.clone(),
            },
            created_at: now,
            expires_at: ends,
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
            let member = Rejected("This address is a member's already.");
            return Err(Error::field(Field::Email, member));
        }
        Ok(IssuedInvitation {
            email,
            role,
            link: format!("{}/setup/{}", self.public_url, token.as_str()),
            ends: moment(ends, &member.time_zone),
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
        let Ok(address) = Email::parse(email) else {
            return Ok(());
        };
        let account = &member.account_id;
        let open = self.store.find_invitation(account, &address, now).await?;
        let Some(invitation) = open else {
            return Ok(());
        };
        member.must_manage(invitation.role)?;
        let detail = json!({ "email": invitation.email, "role": invitation.role });
        let event = member.event(
            Action::InvitationWithdrawn,
            address.as_str(),
            client,
            now,
            detail,
        );
        self.store
            .withdraw_invitation(account, &invitation.email, event)
            .await?;
        Ok(())
    }

    /// Uses an invitation and signs the new member in.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the invitation no longer exists, [`Failure::Invalid`] for an
    /// unsuitable password.
    pub(crate) async fn accept_invitation(
        &self,
        token: &str,
        joining: Joining,
        password: &str,
        client: &Client,
    ) -> Result<Option<SessionToken>, Error> {
        let password = Password::parse(password)
            .map_err(|rejected| Error::field(Field::Password, rejected))?;
        let password_hash = self.hash_password(password).await?;
        let new = NewMember {
            id: MemberId::parse(&self.new_id()).map_err(Error::broken)?,
            password_hash: password_hash.clone(),
        };
        let (id, now) = (new.id.clone(), self.clock.now());
        let Joining {
            account,
            email,
            role,
        } = joining;
        let event = AuditEvent::new(
            &account,
            Actor::Member(id.clone()),
            client,
            Action::MemberJoined,
            id.as_str(),
            now,
            json!({ "email": email, "role": role }),
        );
        let claim = self
            .store
            .accept_invitation(&token_digest(token), now, new, event)
            .await?;
        match claim {
            Claim::LinkGone => Err(Failure::NotFound.into()),
            Claim::EmailTaken => Err(Error::field(
                Field::Password,
                Rejected(
                    "This address belongs to a member already. Ask for an invitation to another one.",
                ),
            )),
            Claim::Claimed => Ok(self
                .open_session_after_link(&id, password_hash, client)
                .await),
        }
    }
}

fn check(form: &InviteForm) -> Result<(Email, Role), Failure> {
    let email = Email::parse(&form.email);
    let role = Role::parse(&form.role);
    let wrong = email.as_ref().err().map(|rejected| FieldError {
        field: Field::Email,
        message: rejected.0.to_owned(),
    });
    let unknown = role.is_none().then(|| FieldError {
        field: Field::Role,
        message: "Choose a role from the list.".to_owned(),
    });
    match (email, role) {
        (Ok(email), Some(role)) => Ok((email, role)),
        _ => Err(Failure::Invalid {
            errors: wrong.into_iter().chain(unknown).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_with_an_invitation_is_told_at_once() {
        let form = InviteForm {
            email: "grace".into(),
            role: "root".into(),
        };
        let failure = check(&form).unwrap_err();
        assert!(failure.at(Field::Email).is_some() && failure.at(Field::Role).is_some());
    }
}
