//! The warning to a member whose password was followed by ten wrong codes: in the audit log of the
//! account, on the member's own page until the password is changed, and by mail.

use super::SignInGuard;
use crate::error::Error;
use crate::origin::Client;
use crate::store::{Action, Actor, AuditEvent, CodeWarning};
use domain::{AccountId, MemberId, seconds};
use serde_json::json;

impl SignInGuard {
    pub(super) async fn warn_of_codes(
        &self,
        account: &AccountId,
        member: &MemberId,
        client: &Client,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        tracing::warn!(ip = %client.ip, %member, %account, "second_factor_blocked");
        let event = AuditEvent::new(
            account,
            Actor::Unknown,
            client,
            Action::FactorBlocked,
            member.as_str(),
            now,
            json!({}),
        );
        let warning = CodeWarning {
            at: now,
            ip: client.ip,
        };
        let quiet_since = now.plus_seconds(-seconds::DAY);
        self.store
            .warn_of_codes(member, warning, quiet_since, event)
            .await?;
        Ok(())
    }
}
