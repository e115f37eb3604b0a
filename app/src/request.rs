//! What the server tells a page about the request besides its data.
//!
//! These values exist on the server alone. In the browser the functions answer with the default, which is right,
//! since a page that depends on them is sent without the script that would hydrate it.

use domain::{CreateKeyForm, Failure, IssuedKey, KeyId, MemberView, RevokeKeyForm};
use leptos::prelude::*;
use leptos_router::location::RequestUrl;

/// The site's files, under the URLs at which the browser finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
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

/// What a page render needs to know of its request. The server provides one per render.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// `None` where no site was built into the binary: the pages then work without script and style.
    pub assets: Option<Assets>,
    pub theme: Theme,
    /// Who is signed in.
    pub member: Option<MemberView>,
    /// The session cookie travels in the clear: the sign-in page says so.
    pub insecure: bool,
    /// Where this page is the direct answer to a form: what came of it. Such a page is sent without script.
    pub answer: Option<FormAnswer>,
}

/// What came of a form that the browser sent by itself, without script.
#[derive(Debug, Clone)]
pub enum FormAnswer {
    SignIn {
        email: String,
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
    RevokeKey {
        id: KeyId,
        form: RevokeKeyForm,
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

/// The pages that script takes over. Every other one holds a plain form, or nothing that a script could help with.
pub const LIVE: [&str; 2] = ["/keys", "/inventory"];

/// Whether the page that is being rendered is one that no script takes over: it is none of [`LIVE`], or the direct
/// answer to a form, which depends on what only the server knows and may hold a secret.
pub fn sent_without_script() -> bool {
    let request = page_request();
    request.assets.is_none() || request.answer.is_some() || !LIVE.contains(&path().as_str())
}

/// Where the page that is being rendered stands.
pub fn path() -> String {
    let url = use_context::<RequestUrl>().and_then(|url| url.parse().ok());
    url.map(|url| url.path().to_owned()).unwrap_or_default()
}

pub const SIGN_IN: &str = "/sign-in";

/// Answers the page that is being rendered with 404.
pub fn not_found() {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
}
