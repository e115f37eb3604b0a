//! Backend of the console's pages and server functions, bound to one visitor.

use super::refusals::RefusalQuery;
use super::{
    Visitor, account, audit, bulk, dashboard, inventory, keys, leads, refusals, rotation, settings,
    team,
};
use app::backend::Backend;
use async_trait::async_trait;
use domain::{
    AccountPage, ActivityPeriod, AuditForm, AuditPage, BulkForm, BulkPage, CreateKeyForm,
    DashboardPage, Failure, InventoryPage, InventoryQuery, IssuedKey, KeyId, KeyPage, KeyView,
    KeysPage, LeadsPage, RefusalPage, RevokeKeyForm, RotatePage, SettingsPage, TeamPage, Timestamp,
};
use service::inventory::ItemFilter;
use service::store::OverQuota;
use service::{Client, EnrollingMember, Error, Member, TeamCursor};
use web::AppState;
use web::cursor::{self, ChangeList};
use web::http::RequestId;
use web::telemetry::ErrorChain;
use web::words::invalid_field;
use zeroize::Zeroizing;

pub struct ConsoleBackend {
    state: AppState,
    member: Option<Member>,
    enrolling: Option<EnrollingMember>,
    token: Option<Zeroizing<String>>,
    client: Client,
    request_id: RequestId,
}

impl ConsoleBackend {
    pub fn of(state: &AppState, visitor: &Visitor) -> Self {
        Self {
            state: state.clone(),
            member: visitor.member.clone(),
            enrolling: visitor.enrolling_member(),
            token: visitor.token.clone(),
            client: visitor.client.clone(),
            request_id: visitor.request_id,
        }
    }

    fn member(&self) -> Result<&Member, Failure> {
        self.member.as_ref().ok_or(Failure::SignedOut)
    }

    fn now(&self) -> Timestamp {
        self.state.services.clock.now()
    }

    fn map_failure<T>(&self, result: Result<T, Error>) -> Result<T, Failure> {
        result.map_err(|error| failure(error, &self.request_id))
    }
}

/// Maps an error to the failure that the member sees. The cause is logged here and nowhere else.
pub fn failure(error: Error, request_id: &RequestId) -> Failure {
    match error {
        Error::Refused(failure) => failure,
        Error::Invalid(fields) => invalid_field::failure(&fields),
        Error::RoleChanged(role) => Failure::Outdated {
            changes: vec![team::words::changed_role(role)],
        },
        Error::Unavailable(_) => {
            tracing::warn!(error = %ErrorChain(&error), "the database is unavailable");
            Failure::Unavailable
        }
        Error::PastDeadline(_) => {
            tracing::warn!(error = %ErrorChain(&error), "a listing was interrupted");
            Failure::PastDeadline
        }
        Error::OverQuota(OverQuota { resource, limit }) => Failure::QuotaExceeded {
            message: resource.refusal(limit),
        },
        // This is logged once, when it begins.
        Error::StorageLow(_) => {
            tracing::debug!(error = %ErrorChain(&error), "storage is low");
            Failure::StorageLow
        }
        // It has been logged already.
        Error::NotStored(_) => Failure::NotStored,
        Error::InDoubt(_) => {
            tracing::error!(error = %ErrorChain(&error), "the outcome of a change is unknown");
            Failure::OutcomeUnknown
        }
        // Only keys are denied, so a session that meets this is a fault of the server.
        Error::Denied(_) | Error::Broken(_) => {
            tracing::error!(error = %ErrorChain(&error), "a request failed");
            Failure::Internal {
                request_id: request_id.to_string(),
            }
        }
    }
}

/// The data of the pages. Every method authorises by itself and returns [`Failure::SignedOut`]
/// without a session.
impl ConsoleBackend {
    pub async fn dashboard(&self) -> Result<DashboardPage, Failure> {
        let member = self.member()?;
        let overview = self.map_failure(self.state.services.dashboard.overview(member).await)?;
        let public_url = self.state.public_url.origin();
        Ok(dashboard::page::dashboard(overview, member, public_url))
    }

    /// `search` is the query string of the page's address, without the question mark.
    pub async fn list_keys(&self, search: &str) -> Result<KeysPage, Failure> {
        let mut page = self.list_keys_without_calls(search).await?;
        let ids: Vec<_> = page.keys.iter().map(|key| key.id.clone()).collect();
        let week = self.state.services.keys.week_of_calls(self.member()?, &ids);
        // The list is more important than its charts: if they cannot be read, it has none.
        if let Ok(week) = self.map_failure(week.await) {
            page.sparklines = keys::sparklines(&ids, &week);
        }
        Ok(page)
    }

    /// Returns the API Keys page without the calls of each key, which an open page does not follow.
    pub async fn list_keys_without_calls(&self, search: &str) -> Result<KeysPage, Failure> {
        let member = self.member()?;
        let (query, after) = keys::parse(search)?;
        let list = self
            .state
            .services
            .keys
            .list(member, &query, after.as_ref());
        let (list, public_url) = (
            self.map_failure(list.await)?,
            self.state.public_url.origin(),
        );
        Ok(keys::page::list(list, query, member, public_url))
    }

    pub async fn key(&self, id: &KeyId, period: ActivityPeriod) -> Result<KeyPage, Failure> {
        let member = self.member()?;
        let details = self.state.services.keys.details(member, id, period);
        let details = self.map_failure(details.await)?;
        Ok(keys::page::details(details, period, member))
    }

    /// Returns the data for the form that rotates a key.
    pub async fn rotation(&self, id: &KeyId) -> Result<RotatePage, Failure> {
        let member = self.member()?;
        let options = self.map_failure(self.state.services.keys.rotation(member, id).await)?;
        Ok(rotation::page::form(options, member.time_zone()))
    }

    /// `cursor` is taken from [`AuditPage::next`].
    pub async fn audit(
        &self,
        form: AuditForm,
        cursor: Option<String>,
    ) -> Result<AuditPage, Failure> {
        let page = audit::page(&self.state, self.member()?, form, cursor.as_deref());
        self.map_failure(page.await)
    }

    /// `cursor` is taken from [`TeamPage::next_members`] or [`TeamPage::next_invitations`].
    pub async fn team(&self, cursor: Option<String>) -> Result<TeamPage, Failure> {
        let member = self.member()?;
        let position = cursor.map(|text| cursor::read_team(&text).ok_or(Failure::NotFound));
        let position = position.transpose()?.unwrap_or(TeamCursor::Start);
        let list = self.map_failure(self.state.services.team.list(member, &position).await)?;
        let is_first = position == TeamCursor::Start;
        let mail = self.state.mailer.is_some();
        Ok(team::page::list(list, is_first, member, mail, self.now()))
    }

    /// Returns the page of the member with this id.
    pub async fn teammate(&self, id: &str) -> Result<TeamPage, Failure> {
        let member = self.member()?;
        let found = self.map_failure(self.state.services.team.find(member, id).await)?;
        let mail = self.state.mailer.is_some();
        Ok(team::page::member(found, member, mail, self.now()))
    }

    /// Generates a new secret for the member's authenticator app.
    pub async fn enrolment(&self) -> Result<domain::Enrolment, Failure> {
        let member = self.enrolling.as_ref().ok_or(Failure::SignedOut)?;
        self.map_failure(self.state.services.access.enrolment(member).await)
    }

    /// Returns the member's own account page.
    pub async fn account(&self) -> Result<AccountPage, Failure> {
        let token = self.token.as_ref().ok_or(Failure::SignedOut)?;
        let member = self.member()?;
        let access = self.map_failure(self.state.services.access.overview(member, token).await)?;
        Ok(account::page::account(access, member, self.now()))
    }

    /// Lists refused calls, or explains the one with this request id. `cursor` is taken from
    /// [`RefusalList::next`](domain::RefusalList::next).
    pub async fn refusals(
        &self,
        query: RefusalQuery,
        id: Option<String>,
        cursor: Option<String>,
    ) -> Result<RefusalPage, Failure> {
        let (id, cursor) = (id.as_deref(), cursor.as_deref());
        let page = refusals::page(&self.state, self.member()?, query, id, cursor);
        self.map_failure(page.await)
    }

    pub async fn settings(&self) -> Result<SettingsPage, Failure> {
        let member = self.member()?;
        let overview = self.map_failure(self.state.services.accounts.overview(member).await)?;
        Ok(settings::page::settings(overview, member))
    }

    /// Returns the confirmation page that precedes the bulk action in `form`.
    pub async fn bulk(&self, form: &BulkForm) -> Result<BulkPage, Failure> {
        let member = self.member()?;
        let selection =
            self.map_failure(self.state.services.keys.bulk_selection(member, form).await)?;
        Ok(bulk::page::confirmation(selection, member.time_zone()))
    }

    pub async fn inventory(&self, query: InventoryQuery) -> Result<InventoryPage, Failure> {
        let member = self.member()?;
        let after = query
            .cursor
            .map(|text| cursor::read_item(&text).ok_or(Failure::NotFound));
        let after = after.transpose()?;
        let filter = ItemFilter::search(query.q.as_deref());
        let list = self
            .state
            .services
            .inventory
            .page(member, &filter, after.as_deref());
        let (list, is_first) = (self.map_failure(list.await)?, after.is_none());
        let (now, public_url) = (self.now(), self.state.public_url.origin());
        Ok(inventory::page::list(
            list, filter, is_first, member, now, public_url,
        ))
    }

    /// `cursor` is taken from [`LeadsPage::next_cursor`].
    pub async fn leads(&self, cursor: Option<String>) -> Result<LeadsPage, Failure> {
        let member = self.member()?;
        let before = cursor
            .as_deref()
            .map(|text| cursor::read_change(ChangeList::Backward, text).ok_or(Failure::NotFound));
        let before = before.transpose()?;
        let list = self.map_failure(self.state.services.leads.page(member, before).await)?;
        let (now, public_url) = (self.now(), self.state.public_url.origin());
        Ok(leads::page::list(
            list,
            before.is_none(),
            member,
            now,
            public_url,
        ))
    }
}

#[async_trait]
impl Backend for ConsoleBackend {
    async fn keys(&self, search: String) -> Result<KeysPage, Failure> {
        self.list_keys(&search).await
    }

    async fn create_key(&self, form: CreateKeyForm) -> Result<IssuedKey, Failure> {
        let member = self.member()?;
        let issued = self.state.services.keys.issue(member, &self.client, &form);
        let (issued, public_url) = (
            self.map_failure(issued.await)?,
            self.state.public_url.origin(),
        );
        Ok(keys::page::issued(issued, member.time_zone(), public_url))
    }

    async fn revoke_key(&self, id: KeyId, form: RevokeKeyForm) -> Result<KeyView, Failure> {
        let member = self.member()?;
        let revoked = (self.state.services.keys).revoke(member, &self.client, &id, &form);
        let revoked = self.map_failure(revoked.await)?;
        Ok(keys::page::revoked(revoked, member.time_zone()))
    }
}
