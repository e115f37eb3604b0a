//! Properties of the request that a page needs besides its data.
//!
//! A [`Handover`] is embedded in the page, so that hydration starts from the same data. Everything
//! else exists only on the server. In the browser the functions here return defaults, which is
//! correct, since pages that depend on these values are sent without script.

use crate::page::Page;
use crate::prelude::*;
use domain::{
    BulkForm, CreateKeyForm, EditKeyForm, Failure, InventoryPage, IssuedKey, KeyId, KeysPage,
    LeadsPage, MemberView, PageSecrets, RevokeKeyForm, RotateKeyForm, SettingsForm, ShownSecret,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// URLs of the site's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
    /// The script that runs beside the module, and on pages without it.
    pub script: Option<String>,
}

/// The colour theme: the system's, or the one that the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// The cookie that stores the choice. Scripts may read it, since it contains only the theme's
    /// name.
    pub const COOKIE: &'static str = "voxum_theme";
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Returns the name used in the cookie, in the form and in `<html data-theme>`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Parses a theme's name. An unknown name means the system's theme.
    pub fn parse(raw: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.as_str() == raw)
            .unwrap_or_default()
    }
}

/// The result of a form, shown by the page that the form redirects to.
///
/// The server guarantees that a form produced it, and that it is shown only once.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub word: String,
    /// The number of things that were changed; 0 if they are not counted.
    pub number: u32,
}

/// The request of a page, as far as its rendering depends on it. The server provides one per
/// rendering.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// The path of the page's address.
    pub path: String,
    /// The query string, without the question mark.
    pub search: String,
    /// The decoded query string.
    pub query: Vec<(String, String)>,
    /// `None` if no site was built into the binary; pages then work without script and style.
    pub assets: Option<Assets>,
    pub theme: Theme,
    /// Whether times are shown exactly rather than relative to now.
    pub exact_times: bool,
    /// Whether lists show two lines for each row rather than one.
    pub comfortable_rows: bool,
    /// Whether the session cookie is sent unencrypted, which the sign-in page warns about.
    pub insecure: bool,
    /// The outcome of a form, if this page is the direct response to one. Such a page is sent
    /// without script.
    pub answer: Option<FormAnswer>,
    /// The result of the form that redirected to this page.
    #[cfg(feature = "ssr")]
    pub flash: Option<Flash>,
    /// The name of a parameter that is too long, and its maximum length in characters.
    #[cfg(feature = "ssr")]
    pub too_long: Option<(String, usize)>,
    /// The content of the API docs, if this is their page.
    #[cfg(feature = "ssr")]
    pub docs: Option<Arc<crate::docs::Docs>>,
}

impl PageRequest {
    /// Returns the first value with that name in the page's query string.
    pub fn asked(&self, name: &str) -> Option<String> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }

    /// Returns the text that `texts` provides for the result of a form.
    #[cfg(feature = "ssr")]
    pub fn flash<T>(&self, texts: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.flash.as_ref().and_then(|flash| texts(&flash.word))
    }

    /// Returns the bulk action and its keys, from the address or from the form that this page
    /// responds to.
    #[cfg(feature = "ssr")]
    fn bulk(&self) -> BulkForm {
        if let Some(FormAnswer::Bulk { form, .. }) = &self.answer {
            return form.clone();
        }
        let keys = self.query.iter().filter(|(name, _)| name == "key");
        BulkForm {
            action: self.asked("do").unwrap_or_default(),
            keys: keys.map(|(_, id)| id.clone()).collect(),
            ..BulkForm::default()
        }
    }
}

/// The data from which the server renders a page and the browser hydrates it. The server provides
/// one per rendering.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Handover {
    /// The signed-in member.
    pub member: Option<MemberView>,
    pub data: PageData,
}

impl Handover {
    /// The id of the element that contains the handover.
    pub const ID: &'static str = "handover";

    /// Serialises the handover for a `script` element, whose content only `</script` or `<!--`
    /// could end or change.
    #[cfg(feature = "ssr")]
    pub(crate) fn to_html(&self) -> String {
        let json = serde_json::to_string(self).expect("plain data is always JSON");
        json.replace('<', "\\u003c")
    }
}

/// Returns the handover of the page that is being rendered.
pub fn handover() -> Handover {
    use_context().unwrap_or_default()
}

/// The data of a page, or the reason why there is none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum PageData {
    /// The page needs no data.
    #[default]
    None,
    Keys(Box<Result<KeysPage, Failure>>),
    Inventory(Result<InventoryPage, Failure>),
    Leads(Result<LeadsPage, Failure>),
    /// The following variants belong to pages that are not hydrated.
    #[cfg(feature = "ssr")]
    Dashboard(Box<Result<domain::DashboardPage, Failure>>),
    #[cfg(feature = "ssr")]
    Settings(Result<domain::SettingsPage, Failure>),
    #[cfg(feature = "ssr")]
    Key(Box<Result<domain::KeyPage, Failure>>),
    #[cfg(feature = "ssr")]
    Refusal(Box<Result<domain::RefusalPage, Failure>>),
    #[cfg(feature = "ssr")]
    Audit(Box<Result<domain::AuditPage, Failure>>),
    #[cfg(feature = "ssr")]
    Rotate(Box<Result<domain::RotatePage, Failure>>),
    #[cfg(feature = "ssr")]
    Team(Box<Result<domain::TeamPage, Failure>>),
    #[cfg(feature = "ssr")]
    Account(Box<Result<domain::AccountPage, Failure>>),
    #[cfg(feature = "ssr")]
    #[serde(skip)]
    Bulk(Result<domain::BulkPage, Failure>),
    #[cfg(feature = "ssr")]
    Enrolment(Box<Result<domain::Enrolment, Failure>>),
    /// Data of the import pages, which the server renders as the response to each step.
    #[cfg(feature = "ssr")]
    #[serde(skip)]
    Import(Box<Result<domain::ImportPage, Failure>>),
}

impl PageData {
    /// Fetches the data of `page`.
    #[cfg(feature = "ssr")]
    pub async fn fetch(
        page: Page,
        request: &PageRequest,
        backend: &dyn crate::backend::Backend,
    ) -> Self {
        match page {
            Page::Dashboard => Self::Dashboard(Box::new(backend.dashboard().await)),
            Page::Keys => {
                let mut keys = backend.keys(request.search.clone()).await;
                if let Ok(page) = &mut keys {
                    page.done = request.flash.as_ref().and_then(crate::pages::bulk_done);
                }
                Self::Keys(Box::new(keys))
            }
            Page::NewKey => Self::Keys(Box::new(backend.keys(String::new()).await)),
            Page::Inventory => {
                let query = domain::InventoryQuery {
                    cursor: request.asked("cursor"),
                    q: request.asked("q"),
                };
                Self::Inventory(backend.inventory(query).await)
            }
            Page::Leads => Self::Leads(backend.leads(request.asked("cursor")).await),
            Page::Audit => {
                let asked = |name| request.asked(name).unwrap_or_default();
                let form = domain::AuditForm {
                    who: asked("who"),
                    what: asked("what"),
                    thing: asked("thing"),
                    from: asked("from"),
                    to: asked("to"),
                };
                let cursor = request.asked("cursor");
                Self::Audit(Box::new(backend.audit(form, cursor).await))
            }
            Page::Team => Self::Team(Box::new(backend.team(request.asked("cursor")).await)),
            Page::Invite => Self::Team(Box::new(backend.team(None).await)),
            Page::Member => {
                let id = request.path.split('/').nth(2).unwrap_or_default();
                Self::Team(Box::new(backend.teammate(id).await))
            }
            // Responses to its form bring their own enrolment.
            Page::SecondFactor if request.answer.is_none() => {
                Self::Enrolment(Box::new(backend.enrolment().await))
            }
            Page::Account => Self::Account(Box::new(backend.account().await)),
            Page::Refusals => Self::Refusal(Box::new(backend.refusal(request.asked("id")).await)),
            Page::BulkKeys => Self::Bulk(backend.bulk(request.bulk()).await),
            Page::Settings | Page::RevokeAll => Self::Settings(backend.settings().await),
            Page::Key | Page::EditKey | Page::RevokeKey => {
                Self::Key(Box::new(match key_of(request) {
                    Ok(id) => {
                        let over = request.asked("over").unwrap_or_default();
                        backend.key(id, domain::ActivityPeriod::parse(&over)).await
                    }
                    Err(failure) => Err(failure),
                }))
            }
            Page::RotateKey => Self::Rotate(Box::new(match key_of(request) {
                Ok(id) => backend.rotation(id).await,
                Err(failure) => Err(failure),
            })),
            Page::SecondFactor
            | Page::FoundKey
            | Page::Import
            | Page::ImportedFile
            | Page::ImportPreview
            | Page::Docs
            | Page::SignIn
            | Page::FirstCall
            | Page::Setup
            | Page::NotFound => Self::None,
        }
    }

    /// Returns a failure in the form that `page` expects, for forms that have no page of their own.
    #[cfg(feature = "ssr")]
    pub fn failed(page: Page, failure: Failure) -> Self {
        match page {
            Page::Key => Self::Key(Box::new(Err(failure))),
            Page::Team => Self::Team(Box::new(Err(failure))),
            Page::Account => Self::Account(Box::new(Err(failure))),
            _ => Self::Settings(Err(failure)),
        }
    }

    pub fn keys(self) -> Option<Result<KeysPage, Failure>> {
        match self {
            Self::Keys(page) => Some(*page),
            _ => None,
        }
    }

    pub fn inventory(self) -> Option<Result<InventoryPage, Failure>> {
        match self {
            Self::Inventory(page) => Some(page),
            _ => None,
        }
    }

    pub fn leads(self) -> Option<Result<LeadsPage, Failure>> {
        match self {
            Self::Leads(page) => Some(page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn dashboard(self) -> Option<Result<domain::DashboardPage, Failure>> {
        match self {
            Self::Dashboard(page) => Some(*page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn settings(self) -> Option<Result<domain::SettingsPage, Failure>> {
        match self {
            Self::Settings(page) => Some(page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn bulk(self) -> Option<Result<domain::BulkPage, Failure>> {
        match self {
            Self::Bulk(page) => Some(page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn key(self) -> Option<Result<domain::KeyPage, Failure>> {
        match self {
            Self::Key(page) => Some(*page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn audit(self) -> Option<Result<domain::AuditPage, Failure>> {
        match self {
            Self::Audit(page) => Some(*page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn refusal(self) -> Option<Result<domain::RefusalPage, Failure>> {
        match self {
            Self::Refusal(page) => Some(*page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn rotate(self) -> Option<Result<domain::RotatePage, Failure>> {
        match self {
            Self::Rotate(page) => Some(*page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn team(self) -> Option<Result<domain::TeamPage, Failure>> {
        match self {
            Self::Team(page) => Some(*page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn account(self) -> Option<Result<domain::AccountPage, Failure>> {
        match self {
            Self::Account(page) => Some(*page),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn enrolment(self) -> Option<Result<domain::Enrolment, Failure>> {
        match self {
            Self::Enrolment(page) => Some(*page),
            _ => None,
        }
    }

    /// Returns when the data was read, for pages that go stale.
    #[cfg(feature = "ssr")]
    pub fn now(&self) -> Option<&domain::DisplayTime> {
        match self {
            Self::Inventory(Ok(page)) => Some(&page.now),
            Self::Leads(Ok(page)) => Some(&page.now),
            Self::Key(page) => page.as_ref().as_ref().ok().map(|page| &page.now),
            Self::Audit(page) => page.as_ref().as_ref().ok().map(|page| &page.now),
            Self::Dashboard(page) => page.as_ref().as_ref().ok().map(|page| &page.now),
            _ => None,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn import(self) -> Option<Result<domain::ImportPage, Failure>> {
        match self {
            Self::Import(page) => Some(*page),
            _ => None,
        }
    }

    /// Returns why the data could not be loaded.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Keys(page) => page.as_ref().as_ref().err(),
            Self::Inventory(Err(failure)) | Self::Leads(Err(failure)) => Some(failure),
            #[cfg(feature = "ssr")]
            Self::Settings(Err(failure)) | Self::Bulk(Err(failure)) => Some(failure),
            #[cfg(feature = "ssr")]
            Self::Key(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Team(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Enrolment(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Account(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Audit(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Rotate(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Refusal(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Dashboard(page) => page.as_ref().as_ref().err(),
            #[cfg(feature = "ssr")]
            Self::Import(page) => page.as_ref().as_ref().err(),
            _ => None,
        }
    }
}

/// Returns the key that is named in a page's address.
#[cfg(feature = "ssr")]
fn key_of(request: &PageRequest) -> Result<KeyId, Failure> {
    let id = request.path.split('/').nth(2).unwrap_or_default();
    KeyId::parse(id).map_err(|_| Failure::NotFound)
}

/// The outcome of a form that the browser submitted by itself, without script.
#[derive(Debug, Clone)]
pub enum FormAnswer {
    SignIn {
        email: String,
        /// The address to continue to after signing in.
        next: String,
        failure: Failure,
    },
    Setup {
        account_name: String,
        email: String,
        failure: Failure,
    },
    Reset {
        failure: Failure,
    },
    CreateKey {
        form: CreateKeyForm,
        failure: Failure,
    },
    /// The save-your-key step: the only page that ever contains this secret.
    Issued(Box<IssuedKey>),
    /// Like `Issued`, for a key that replaces another one.
    Rotated {
        issued: Box<IssuedKey>,
        old: Box<domain::KeyView>,
    },
    /// The progress of a new key's first call. It is not the response to a form, but rendered like
    /// one.
    FirstCall(Box<domain::FirstCallView>),
    EditKey {
        form: EditKeyForm,
        failure: Failure,
    },
    /// The key with the submitted digest, if it belongs to the account.
    Identified(Option<Box<domain::IdentifiedKey>>),
    NotIdentified(Failure),
    Bulk {
        form: BulkForm,
        failure: Failure,
    },
    RevokeAll {
        confirm: String,
        failure: Failure,
    },
    RevokeKey {
        id: KeyId,
        form: RevokeKeyForm,
        failure: Failure,
    },
    RotateKey {
        form: RotateKeyForm,
        failure: Failure,
    },
    Settings {
        form: SettingsForm,
        failure: Failure,
    },
    Invite {
        form: domain::InviteForm,
        failure: Failure,
    },
    /// The only page that ever contains this invitation link.
    Invited(Box<domain::IssuedInvitation>),
    /// A refused form on a member's page.
    Member {
        /// The text that was typed as confirmation.
        confirm: String,
        failure: Failure,
    },
    Password {
        failure: Failure,
    },
    /// The choice between several accounts whose members have the address and the password.
    ChooseAccount {
        /// The single-use token and the name of each account.
        choices: Vec<(ShownSecret, domain::AccountName)>,
        next: String,
    },
    /// The second step of signing in.
    Code {
        /// The token that proves that the password was correct.
        step: ShownSecret,
        next: String,
        /// Whether the form requests a recovery code rather than a code of the app.
        recovery: bool,
        failure: Option<Failure>,
    },
    Enrol {
        enrolment: Box<domain::Enrolment>,
        failure: Failure,
    },
    /// The only page that ever contains these codes.
    RecoveryCodes(ShownSecret),
    FactorOff {
        /// Whether the form requested a recovery code rather than a code of the app.
        recovery: bool,
        failure: Failure,
    },
}

/// The page that a one-time link opens. The server provides it for `/setup/TOKEN`, and returns 404
/// for an unknown link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkPage {
    /// Asks the first owner for an account name, an e-mail address and a password.
    FirstOwner,
    /// Asks the owner of a new account whose name is already set; the form shows the name, and it
    /// may be changed.
    NewAccount { account_name: String },
    /// Asks for a new password for this address.
    Reset { email: String },
    /// Invites a person with this address to an account.
    Invitation {
        account_name: String,
        email: String,
        role: domain::Role,
    },
}

/// Returns the request of the page that is being rendered.
pub fn page_request() -> PageRequest {
    // The browser sees a constant here, so that code which only renders responses to forms is not
    // even compiled for it.
    if cfg!(feature = "ssr") {
        use_context::<PageRequest>().unwrap_or_default()
    } else {
        PageRequest::default()
    }
}

/// Returns the text of a secret for the page that is being rendered, which the server then does not
/// compress (decision 40).
pub fn reveal(secret: ShownSecret) -> String {
    if cfg!(feature = "ssr") {
        expect_context::<Arc<PageSecrets>>().reveal(secret)
    } else {
        PageSecrets::default().reveal(secret)
    }
}

/// Returns whether the page that is being rendered is not hydrated.
///
/// This is the case for pages that need no script, and for direct responses to a form, which depend
/// on server-side state and may contain a secret.
pub fn sent_without_script() -> bool {
    let request = page_request();
    request.assets.is_none() || request.answer.is_some() || !Page::at(&request.path).is_hydrated()
}

/// Sets the status of the page that is being rendered to 404.
pub fn not_found() {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
}
