//! What the server tells a page about the request besides its data.
//!
//! A [`Handover`] travels in the page, so that the script which takes the page over draws from the same. All else
//! exists on the server alone: in the browser the functions answer with the default, which is right, since a page that
//! depends on them is sent without script.

use crate::routes::Page;
use domain::{
    CreateKeyForm, EditKeyForm, Failure, InventoryPage, IssuedKey, KeyId, KeysPage, LeadsPage,
    MemberView, RevokeKeyForm, RotateKeyForm, SettingsForm, SeveralForm,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The site's files, under the URLs at which the browser finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
    /// The script that runs beside the module, and on pages without it.
    pub script: Option<String>,
}

/// Colours: as the system says, or as the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// The cookie that keeps the choice; readable by scripts, since it holds nothing but this word.
    pub const COOKIE: &'static str = "voxum_theme";
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The text in the cookie, in the form and in `<html data-theme>`.
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

    /// An unknown word is the system's choice.
    pub fn parse(raw: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.as_str() == raw)
            .unwrap_or_default()
    }
}

/// The result of a form, for the page that it leads to. The server makes sure that a form did it, and that the page
/// reports it once.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub word: String,
    /// To how many things it was done; 0 if they are not counted.
    pub number: u32,
}

/// What a page render needs to know of its request. The server provides one per render.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// Where the page stands.
    pub path: String,
    /// What follows the path's question mark.
    pub search: String,
    /// The same, decoded.
    pub query: Vec<(String, String)>,
    /// `None` where no site was built into the binary: the pages then work without script and style.
    pub assets: Option<Assets>,
    pub theme: Theme,
    /// Whether times are shown exactly rather than in words.
    pub exact_times: bool,
    /// The session cookie travels in the clear: the sign-in page says so.
    pub insecure: bool,
    /// Where this page is the direct answer to a form: what came of it. Such a page is sent without script.
    pub answer: Option<FormAnswer>,
    /// The result of the form that led to this page.
    #[cfg(feature = "ssr")]
    pub flash: Option<Flash>,
    /// A parameter that is too long, and how many characters it may have.
    #[cfg(feature = "ssr")]
    pub too_long: Option<(String, usize)>,
    /// Of the API docs: what they show.
    #[cfg(feature = "ssr")]
    pub docs: Option<std::sync::Arc<crate::docs::Docs>>,
}

impl PageRequest {
    /// The first value of that name in the page's address.
    pub fn asked(&self, name: &str) -> Option<String> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }

    /// The text that `texts` gives for the result of a form.
    #[cfg(feature = "ssr")]
    pub fn flash<T>(&self, texts: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.flash.as_ref().and_then(|flash| texts(&flash.word))
    }

    /// What the address, or the form that this answers, wants done to which keys.
    #[cfg(feature = "ssr")]
    fn several(&self) -> SeveralForm {
        if let Some(FormAnswer::Several { form, .. }) = &self.answer {
            return form.clone();
        }
        let keys = self.query.iter().filter(|(name, _)| name == "key");
        SeveralForm {
            act: self.asked("do").unwrap_or_default(),
            keys: keys.map(|(_, id)| id.clone()).collect(),
            ..SeveralForm::default()
        }
    }
}

/// What the server and the script that takes a page over draw it from. The server provides one per render.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Handover {
    /// Who is signed in.
    pub member: Option<MemberView>,
    pub data: PageData,
}

impl Handover {
    /// The id of the element that holds it.
    pub const ID: &'static str = "handover";

    /// As the content of a `script` element, which only `</script` or `<!--` could end or change.
    #[cfg(feature = "ssr")]
    pub(crate) fn to_html(&self) -> String {
        let json = serde_json::to_string(self).expect("plain data is always JSON");
        json.replace('<', "\\u003c")
    }
}

/// What was handed over with the page that is being drawn.
pub fn handover() -> Handover {
    use_context().unwrap_or_default()
}

/// What a page shows, or why it cannot.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum PageData {
    /// The page needs none.
    #[default]
    None,
    Keys(Box<Result<KeysPage, Failure>>),
    Inventory(Result<InventoryPage, Failure>),
    Leads(Result<LeadsPage, Failure>),
    /// Of pages that no script takes over.
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
    Several(Result<domain::SeveralPage, Failure>),
    #[cfg(feature = "ssr")]
    Enrolment(Box<Result<domain::Enrolment, Failure>>),
    /// Of the pages of an import, which the server makes as the answer to each step.
    #[cfg(feature = "ssr")]
    #[serde(skip)]
    Import(Box<Result<domain::ImportPage, Failure>>),
}

impl PageData {
    /// Fetches what `page` shows.
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
                    page.done = request.flash.as_ref().and_then(crate::pages::several_done);
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
            // The answers to its form have their own.
            Page::SecondFactor if request.answer.is_none() => {
                Self::Enrolment(Box::new(backend.enrolment().await))
            }
            Page::Account => Self::Account(Box::new(backend.account().await)),
            Page::Refusals => Self::Refusal(Box::new(backend.refusal(request.asked("id")).await)),
            Page::SeveralKeys => Self::Several(backend.several(request.several()).await),
            Page::Settings | Page::RevokeAll => Self::Settings(backend.settings().await),
            Page::Key | Page::EditKey | Page::RevokeKey => {
                Self::Key(Box::new(match key_of(request) {
                    Ok(id) => {
                        let over = request.asked("over").unwrap_or_default();
                        backend.key(id, domain::Stretch::parse(&over)).await
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
            | Page::Docs
            | Page::SignIn
            | Page::FirstCall
            | Page::Setup
            | Page::NotFound => Self::None,
        }
    }

    /// A failure in the place of what `page` shows, for pages with forms that have no page of their own.
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
    pub fn several(self) -> Option<Result<domain::SeveralPage, Failure>> {
        match self {
            Self::Several(page) => Some(page),
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

    /// When the data of a page that goes stale was read.
    #[cfg(feature = "ssr")]
    pub fn now(&self) -> Option<&domain::Moment> {
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

    /// Why the page cannot show it.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Keys(page) => page.as_ref().as_ref().err(),
            Self::Inventory(Err(failure)) | Self::Leads(Err(failure)) => Some(failure),
            #[cfg(feature = "ssr")]
            Self::Settings(Err(failure)) | Self::Several(Err(failure)) => Some(failure),
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

/// The key that a page's address names.
#[cfg(feature = "ssr")]
fn key_of(request: &PageRequest) -> Result<KeyId, Failure> {
    let id = request.path.split('/').nth(2).unwrap_or_default();
    KeyId::parse(id).map_err(|_| Failure::NotFound)
}

/// What came of a form that the browser sent by itself, without script.
#[derive(Debug, Clone)]
pub enum FormAnswer {
    SignIn {
        email: String,
        /// Where to go once signed in.
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
    /// The save-your-key step: the one page that ever holds this secret.
    Issued(Box<IssuedKey>),
    /// The same for a key that takes the place of another one.
    Rotated {
        issued: Box<IssuedKey>,
        old: Box<domain::KeyView>,
    },
    /// How far a key has come that was just made; no form's answer, and drawn as one.
    FirstCall(Box<domain::FirstCall>),
    EditKey {
        form: EditKeyForm,
        failure: Failure,
    },
    /// Which key was found, if it is one of the account.
    Identified(Option<Box<domain::IdentifiedKey>>),
    NotIdentified(Failure),
    Several {
        form: SeveralForm,
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
    /// The one page that ever holds this link.
    Invited(Box<domain::IssuedInvitation>),
    /// Of a form on a member's page.
    Member {
        /// What was typed to confirm it.
        confirm: String,
        failure: Failure,
    },
    Password {
        failure: Failure,
    },
    /// Members of several accounts have the address and the password.
    ChooseAccount {
        /// The single-use token of each account, and its name.
        choices: Vec<(String, domain::AccountName)>,
        next: String,
    },
    /// The second step of signing in.
    Code {
        /// What says that the password was right.
        step: String,
        next: String,
        /// Whether a recovery code is asked for rather than a code of the app.
        recovery: bool,
        failure: Option<Failure>,
    },
    Enrol {
        enrolment: Box<domain::Enrolment>,
        failure: Failure,
    },
    /// The one page that ever holds them.
    RecoveryCodes(Vec<String>),
    FactorOff {
        /// Whether a recovery code was asked for rather than a code of the app.
        recovery: bool,
        failure: Failure,
    },
}

/// What a one-time link leads to; the server provides it for `/setup/TOKEN`, and answers 404 where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkPage {
    /// The first owner: account name, e-mail address and password are asked for.
    FirstOwner,
    /// The owner of an account that has its name already (shown in the field, and may be changed).
    NewAccount { account_name: String },
    /// A new password for this address.
    Reset { email: String },
    /// To join an account, with this address.
    Invitation {
        account_name: String,
        email: String,
        role: domain::Role,
    },
}

/// The request of the page that is being rendered.
pub fn page_request() -> PageRequest {
    // A constant in the browser, so that what only answers to forms show is not even compiled for it.
    if cfg!(feature = "ssr") {
        use_context::<PageRequest>().unwrap_or_default()
    } else {
        PageRequest::default()
    }
}

/// Whether the page that is being rendered is one that no script takes over: one of those that need none, or the
/// direct answer to a form, which depends on what only the server knows and may hold a secret.
pub fn sent_without_script() -> bool {
    let request = page_request();
    request.assets.is_none() || request.answer.is_some() || !Page::at(&request.path).is_live()
}

/// Answers the page that is being rendered with 404.
pub fn not_found() {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
}
