//! The table of pages, with the properties of each that the router, the menu, the layout and the
//! browser need.
//!
//! Its last column is the handler in `server/console` that shows the page; only the page of unknown
//! addresses has none. Nothing else has to list a page: routes, menu, titles, and the tests and
//! pictures of all pages come from here.

/// Properties of a page.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is independent of the others"
)]
struct Properties {
    /// The page whose entry of the menu is current.
    entry: Option<Page>,
    /// The icon of the page's own entry of the menu.
    icon: Option<&'static str>,
    /// Whether the browser's module takes the page over.
    ///
    /// Every other page contains a plain form, or nothing that a script could improve, and the
    /// browser receives none of its code.
    hydrated: bool,
    /// Whether the page shows data that changes meanwhile without updating itself.
    goes_stale: bool,
    /// Whether the page has no menu, because it precedes the session or is shown inside another
    /// page.
    bare: bool,
    /// Whether the page is the content of a frame on another page.
    in_frame: bool,
}

/// Page for which no entry of the menu is current.
const NO_ENTRY: Properties = Properties {
    entry: None,
    icon: None,
    hydrated: false,
    goes_stale: false,
    bare: false,
    in_frame: false,
};

/// Page that belongs to an entry of the menu.
const fn under(entry: Page) -> Properties {
    Properties {
        entry: Some(entry),
        ..NO_ENTRY
    }
}

/// Page with an entry of the menu, which has this icon.
const fn entry(page: Page, icon: &'static str) -> Properties {
    Properties {
        icon: Some(icon),
        ..under(page)
    }
}

impl Properties {
    const fn hydrated(self) -> Self {
        Self {
            hydrated: true,
            ..self
        }
    }

    const fn goes_stale(self) -> Self {
        Self {
            goes_stale: true,
            ..self
        }
    }

    const fn bare(self) -> Self {
        Self { bare: true, ..self }
    }

    const fn in_frame(self) -> Self {
        Self {
            in_frame: true,
            ..self.bare()
        }
    }
}

macro_rules! pages {
    ($dollar:tt $($page:ident: $path:literal, $name:literal, $properties:expr $(, $($handler:ident)::+)?;)*) => {
        /// A page of the console.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Page {
            $($page,)*
        }

        impl Page {
            /// All pages. Of two pages whose paths fit an address, the first is at the address.
            pub const ALL: &'static [Self] = &[$(Self::$page,)*];

            /// Returns the path of the page's address, in which `{…}` is one variable segment.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$page => $path,)*
                }
            }

            /// Returns the name of the page, as the menu shows it. It never contains text that a
            /// person typed.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$page => $name,)*
                }
            }

            /// Returns the title for the browser's tab and history.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$page => concat!($name, " · Voxum Console"),)*
                }
            }

            const fn properties(self) -> Properties {
                match self {
                    $(Self::$page => $properties,)*
                }
            }
        }

        /// Calls a macro with the name and the handler of each page that has one. The handlers are
        /// functions of `server/console`, so only the server calls this.
        #[macro_export]
        macro_rules! with_pages {
            ($dollar callback:ident) => {
                $dollar callback! { $($($page $($handler)::+;)?)* }
            };
        }
    };
}

pages! {
    $
    Dashboard: "/", "Dashboard", entry(Page::Dashboard, "#i-chart").goes_stale(), dashboard::show::dashboard;
    SignIn: "/sign-in", "Sign in", NO_ENTRY.bare(), sign_in::show::sign_in;
    Setup: "/setup/{token}", "Set up", NO_ENTRY.bare(), setup::show::setup;
    Keys: "/keys", "API Keys", entry(Page::Keys, "#i-key").hydrated(), keys::show::list;
    NewKey: "/keys/new", "Create API Key", under(Page::Keys), keys::show::new_key;
    FoundKey: "/keys/found", "Identify a key", under(Page::Keys).hydrated(), keys::show::found_key;
    BulkKeys: "/keys/several", "Several API keys", under(Page::Keys), bulk::show::bulk_keys;
    RevokeAll: "/keys/revoke-all", "Revoke all API keys", under(Page::Settings), settings::show::revoke_all;
    Key: "/keys/{id}", "API key", under(Page::Keys).goes_stale(), keys::show::key;
    EditKey: "/keys/{id}/edit", "Edit API key", under(Page::Keys), keys::show::edit_key;
    FirstCall: "/keys/{id}/first-call", "First request", NO_ENTRY.in_frame(), keys::first_call::first_call;
    Learned: "/keys/{id}/learned", "Addresses of a key", NO_ENTRY.in_frame(), keys::learned::learned;
    RevokeKey: "/keys/{id}/revoke", "Revoke API key", under(Page::Keys), keys::show::revoke_key;
    RotateKey: "/keys/{id}/rotate", "Rotate API key", under(Page::Keys), rotation::show::rotate_key;
    Requests: "/requests", "Requests", entry(Page::Requests, "#i-arrows").goes_stale(), requests::show::requests;
    NewRequests: "/requests/new", "New rejected requests", NO_ENTRY.in_frame(), requests::news::news;
    Inventory: "/inventory", "Inventory", entry(Page::Inventory, "#i-box").goes_stale(), inventory::show::inventory;
    Import: "/inventory/import", "Import items", under(Page::Inventory), import::start;
    ImportedFile: "/inventory/import/{id}", "Import items", under(Page::Inventory), import::describe;
    ImportPreview: "/inventory/import/{id}/preview", "Import items", under(Page::Inventory), import::preview;
    Item: "/inventory/items/{id}", "Item", under(Page::Inventory).goes_stale(), inventory::show::item;
    Leads: "/leads", "Leads", entry(Page::Leads, "#i-person").goes_stale(), leads::show::leads;
    Docs: "/docs", "API docs", entry(Page::Docs, "#i-book").hydrated(), docs::docs;
    Audit: "/audit", "Audit log", entry(Page::Audit, "#i-list").goes_stale(), audit::show::audit;
    Team: "/team", "Team", entry(Page::Team, "#i-people"), team::show::team;
    Invite: "/team/invite", "Invite a member", under(Page::Team), team::show::invite;
    Member: "/team/{id}", "Member", under(Page::Team), team::show::member;
    Account: "/account", "Your account", NO_ENTRY, account::show::account;
    SecondFactor: "/account/second-factor", "Set up two-factor authentication", NO_ENTRY, account::show::second_factor;
    Settings: "/settings", "Settings", entry(Page::Settings, "#i-sliders"), settings::show::settings;
    Search: "/search", "Search", NO_ENTRY, search::show::search;
    NotFound: "/not-found", "Page not found", NO_ENTRY;
}

impl Page {
    /// Returns the page at the path of an address.
    pub fn at(path: &str) -> Self {
        let found = Self::ALL.iter().find(|page| fits(page.path(), path));
        found.copied().unwrap_or(Self::NotFound)
    }

    /// Returns the page whose entry of the menu is current.
    pub const fn entry(self) -> Option<Self> {
        self.properties().entry
    }

    /// Returns the icon of the page's own entry of the menu, if it has one.
    pub const fn icon(self) -> Option<&'static str> {
        self.properties().icon
    }

    /// Returns whether the browser's module takes the page over.
    pub const fn is_hydrated(self) -> bool {
        self.properties().hydrated
    }

    /// Returns whether the page shows data that changes meanwhile without updating itself.
    pub const fn goes_stale(self) -> bool {
        self.properties().goes_stale
    }

    /// Returns whether the page is the content of a frame on another page.
    pub const fn is_in_frame(self) -> bool {
        self.properties().in_frame
    }

    /// Returns whether the page has no menu.
    pub const fn is_bare(self) -> bool {
        self.properties().bare
    }
}

/// Returns whether `path` is an address of the page whose path is `pattern`.
fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fit = pattern.split('/').all(|part| {
        segments
            .next()
            .is_some_and(|segment| part == segment || part.starts_with('{') && !segment.is_empty())
    });
    fit && segments.next().is_none()
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
            ("/keys/0198c2a0/learned", Page::Learned),
            ("/keys/0198c2a0/revoke", Page::RevokeKey),
            ("/keys/0198c2a0/rotate", Page::RotateKey),
            ("/keys/0198c2a0/other", Page::NotFound),
            ("/keys/0198c2a0/", Page::NotFound),
            ("/keys//edit", Page::NotFound),
            ("/inventory", Page::Inventory),
            ("/inventory/import", Page::Import),
            ("/inventory/import/0198c2a0", Page::ImportedFile),
            ("/inventory/import/0198c2a0/preview", Page::ImportPreview),
            ("/inventory/items/SKU%2F1", Page::Item),
            ("/inventory/items/SKU/1", Page::NotFound),
            ("/inventory/items/", Page::NotFound),
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
            ("/requests", Page::Requests),
            ("/requests/new", Page::NewRequests),
            ("/search", Page::Search),
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
    fn page_is_at_its_own_path() {
        for page in Page::ALL {
            assert_eq!(Page::at(page.path()), *page, "{}", page.path());
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
