//! The table of pages.

use crate::browser;
use crate::layout::Layout;
use crate::pages::{DocsPage, FoundKeyPage, InventoryPage, KeysPage, LeadsPage, NotFoundPage};
use crate::prelude::*;

/// A page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    Dashboard,
    SignIn,
    Setup,
    Keys,
    NewKey,
    Key,
    EditKey,
    FirstCall,
    RevokeKey,
    RevokeAll,
    RotateKey,
    BulkKeys,
    FoundKey,
    Inventory,
    Import,
    Leads,
    Docs,
    Audit,
    Team,
    Invite,
    Member,
    Account,
    SecondFactor,
    Settings,
    Refusals,
    #[default]
    NotFound,
}

impl Page {
    pub fn at(path: &str) -> Self {
        match path {
            "/" => Self::Dashboard,
            "/sign-in" => Self::SignIn,
            "/keys" => Self::Keys,
            "/keys/new" => Self::NewKey,
            "/keys/found" => Self::FoundKey,
            "/keys/several" => Self::BulkKeys,
            "/keys/revoke-all" => Self::RevokeAll,
            "/inventory" => Self::Inventory,
            "/leads" => Self::Leads,
            "/docs" => Self::Docs,
            "/audit" => Self::Audit,
            "/team" => Self::Team,
            "/team/invite" => Self::Invite,
            "/account" => Self::Account,
            "/account/second-factor" => Self::SecondFactor,
            "/settings" => Self::Settings,
            "/refusals" => Self::Refusals,
            _ if path.starts_with("/setup/") => Self::Setup,
            _ if path.starts_with("/inventory/import") => Self::Import,
            _ => match path.strip_prefix("/team/") {
                Some(id) if !id.is_empty() && !id.contains('/') => Self::Member,
                _ => Self::of_key(path),
            },
        }
    }

    /// Returns the page of one key that is at `path`.
    fn of_key(path: &str) -> Self {
        let mut parts = path
            .strip_prefix("/keys/")
            .unwrap_or_default()
            .splitn(2, '/');
        match (parts.next().unwrap_or_default(), parts.next()) {
            ("", _) => Self::NotFound,
            (_, None) => Self::Key,
            (_, Some("edit")) => Self::EditKey,
            (_, Some("first-call")) => Self::FirstCall,
            (_, Some("revoke")) => Self::RevokeKey,
            (_, Some("rotate")) => Self::RotateKey,
            _ => Self::NotFound,
        }
    }

    /// Returns the title for the browser's tab and history. It never contains text that a person
    /// typed.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Dashboard => "Dashboard · Voxum Console",
            Self::SignIn => "Sign in · Voxum Console",
            Self::Setup => "Set up · Voxum Console",
            Self::Keys => "API Keys · Voxum Console",
            Self::NewKey => "Create API Key · Voxum Console",
            Self::Key => "API key · Voxum Console",
            Self::EditKey => "Edit API key · Voxum Console",
            Self::FirstCall => "First call · Voxum Console",
            Self::RevokeKey => "Revoke API key · Voxum Console",
            Self::RotateKey => "Rotate API key · Voxum Console",
            Self::FoundKey => "Found a key? · Voxum Console",
            Self::BulkKeys => "Several API keys · Voxum Console",
            Self::RevokeAll => "Revoke all API keys · Voxum Console",
            Self::Inventory => "Inventory · Voxum Console",
            Self::Import => "Import items · Voxum Console",
            Self::Leads => "Leads · Voxum Console",
            Self::Docs => "API docs · Voxum Console",
            Self::Team => "Team · Voxum Console",
            Self::Invite => "Invite a member · Voxum Console",
            Self::Member => "Member · Voxum Console",
            Self::SecondFactor => "Set up a second factor · Voxum Console",
            Self::Account => "Your account · Voxum Console",
            Self::Audit => "Audit log · Voxum Console",
            Self::Settings => "Settings · Voxum Console",
            Self::Refusals => "Refused calls · Voxum Console",
            Self::NotFound => "Page not found · Voxum Console",
        }
    }

    /// Returns whether the page is hydrated.
    ///
    /// Every other page contains a plain form, or nothing that a script could improve, and the
    /// browser receives none of its code.
    pub const fn is_hydrated(self) -> bool {
        matches!(
            self,
            Self::Keys | Self::FoundKey | Self::Inventory | Self::Leads | Self::Docs
        )
    }

    /// Returns whether the page shows data that changes meanwhile without updating itself.
    pub const fn goes_stale(self) -> bool {
        matches!(
            self,
            Self::Dashboard | Self::Key | Self::Inventory | Self::Leads | Self::Audit
        )
    }

    /// Returns whether the page has no menu, because it precedes the session or is shown inside
    /// another page.
    pub const fn is_bare(self) -> bool {
        matches!(self, Self::SignIn | Self::Setup | Self::FirstCall)
    }

    fn draw(self) -> AnyView {
        #[cfg(feature = "ssr")]
        {
            use crate::pages::{
                AccountPage, AuditPage, BulkPage, DashboardPage, EditKeyPage, FirstCallPage,
                ImportPage, InvitePage, KeyPage, MemberPage, NewKeyPage, RefusalsPage,
                RevokeAllPage, RevokeKeyPage, RotateKeyPage, SecondFactorPage, SettingsPage,
                SetupPage, SignInPage, TeamPage,
            };
            match self {
                Self::Dashboard => return view! { <DashboardPage/> },
                Self::SignIn => return view! { <SignInPage/> },
                Self::Setup => return view! { <SetupPage/> },
                Self::NewKey => return view! { <NewKeyPage/> },
                Self::Key => return view! { <KeyPage/> },
                Self::EditKey => return view! { <EditKeyPage/> },
                Self::FirstCall => return view! { <FirstCallPage/> },
                Self::RevokeKey => return view! { <RevokeKeyPage/> },
                Self::Team => return view! { <TeamPage/> },
                Self::Invite => return view! { <InvitePage/> },
                Self::Member => return view! { <MemberPage/> },
                Self::SecondFactor => return view! { <SecondFactorPage/> },
                Self::Account => return view! { <AccountPage/> },
                Self::Audit => return view! { <AuditPage/> },
                Self::RotateKey => return view! { <RotateKeyPage/> },
                Self::BulkKeys => return view! { <BulkPage/> },
                Self::RevokeAll => return view! { <RevokeAllPage/> },
                Self::Settings => return view! { <SettingsPage/> },
                Self::Import => return view! { <ImportPage/> },
                Self::Refusals => return view! { <RefusalsPage/> },
                Self::Keys
                | Self::FoundKey
                | Self::Inventory
                | Self::Leads
                | Self::Docs
                | Self::NotFound => {}
            }
        }
        match self {
            Self::Keys => view! { <KeysPage/> },
            Self::FoundKey => view! { <FoundKeyPage/> },
            Self::Inventory => view! { <InventoryPage/> },
            Self::Leads => view! { <LeadsPage/> },
            Self::Docs => view! { <DocsPage/> },
            _ => view! { <NotFoundPage/> },
        }
    }
}

/// The console, which the server renders into the body and the browser hydrates.
///
/// There is no router in the browser: every page comes from the server, and the module hydrates it.
#[component]
pub fn App() -> impl IntoView {
    browser::receive();
    // Effects run once everything else is in place.
    Effect::new(|_| browser::ready());
    let page = Page::at(&browser::path());
    view! { <Layout page=page>{page.draw()}</Layout> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_pages_and_unknown_paths_to_not_found() {
        for (path, page) in [
            ("/keys", Page::Keys),
            ("/keys/new", Page::NewKey),
            ("/keys/several", Page::BulkKeys),
            ("/keys/found", Page::FoundKey),
            ("/keys/revoke-all", Page::RevokeAll),
            ("/keys/0198c2a0", Page::Key),
            ("/keys/0198c2a0/edit", Page::EditKey),
            ("/keys/0198c2a0/first-call", Page::FirstCall),
            ("/keys/0198c2a0/revoke", Page::RevokeKey),
            ("/keys/0198c2a0/rotate", Page::RotateKey),
            ("/keys/0198c2a0/other", Page::NotFound),
            ("/keys/0198c2a0/", Page::NotFound),
            ("/keys//edit", Page::NotFound),
            ("/inventory", Page::Inventory),
            ("/inventory/import", Page::Import),
            ("/inventory/import/0198c2a0/preview", Page::Import),
            ("/leads", Page::Leads),
            ("/docs", Page::Docs),
            ("/audit", Page::Audit),
            ("/audit/", Page::NotFound),
            ("/team", Page::Team),
            ("/team/", Page::NotFound),
            ("/team/invite", Page::Invite),
            ("/team/0198c2a0", Page::Member),
            ("/team/0198c2a0/role", Page::NotFound),
            ("/account", Page::Account),
            ("/account/second-factor", Page::SecondFactor),
            ("/settings", Page::Settings),
            ("/refusals", Page::Refusals),
            ("/sign-in", Page::SignIn),
            ("/setup/abc", Page::Setup),
            ("/", Page::Dashboard),
            ("", Page::NotFound),
            ("/keys/", Page::NotFound),
            ("/leads/", Page::NotFound),
            ("/keys/new/", Page::NotFound),
            ("/setup", Page::NotFound),
        ] {
            assert_eq!(Page::at(path), page, "{path}");
        }
    }

    #[test]
    fn page_that_may_contain_a_secret_is_never_hydrated() {
        for page in [
            Page::SignIn,
            Page::Setup,
            Page::NewKey,
            Page::RevokeKey,
            Page::RotateKey,
            Page::Invite,
            Page::Account,
            Page::SecondFactor,
        ] {
            assert!(!page.is_hydrated(), "{page:?}");
        }
    }
}
