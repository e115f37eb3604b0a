//! The requirement of a second factor for all members of an account.

use super::Team;
use crate::error::Error;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{Action, FactorPolicy};
use domain::Failure;
use serde_json::json;

/// Whether the account requires a second factor, as a member sees it.
#[derive(Debug, Clone, Copy)]
pub struct TeamFactor {
    pub policy: FactorPolicy,
    /// Whether the member has a second factor.
    pub has_own: bool,
}

/// The outcome of requiring a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequireFactorOutcome {
    Done,
    /// The member has none, and could do nothing else from then on.
    OwnFactorFirst,
}

impl Team {
    pub(super) async fn factor(&self, member: &Member) -> Result<TeamFactor, Error> {
        let policy = self.store.factor_policy(&member.account_id).await?;
        Ok(TeamFactor {
            policy: policy.ok_or(Failure::NotFound)?,
            has_own: self.store.second_factor(&member.id).await?.is_some(),
        })
    }

    /// Makes second factors required or optional for all members of the account. Members without
    /// one can do nothing but set one up, from their next request on.
    ///
    /// # Errors
    /// Refused to viewers.
    pub async fn require_second_factor(
        &self,
        member: &Member,
        client: &Client,
        is_required: bool,
    ) -> Result<RequireFactorOutcome, Error> {
        if !member.role.may_manage_account() {
            return Err(Failure::Forbidden.into());
        }
        if is_required && self.store.second_factor(&member.id).await?.is_none() {
            return Ok(RequireFactorOutcome::OwnFactorFirst);
        }
        let action = if is_required {
            Action::FactorRequired
        } else {
            Action::FactorOptional
        };
        let (account, now) = (&member.account_id, self.clock.now());
        let event = member.event(action, account.as_str(), client, now, json!({}));
        self.store
            .require_second_factor(account, is_required, event)
            .await?;
        Ok(RequireFactorOutcome::Done)
    }
}
