//! Properties of the request that a page needs besides its data.
//!
//! They exist only on the server. In the browser the functions here return defaults, which is
//! correct, since only content that the server renders depends on these values.

use crate::prelude::*;
use domain::{MemberView, PageSecrets, ShownSecret};
use std::sync::Arc;

/// URLs of the site's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
    /// The script that runs beside the module, and on pages without it.
    pub script: Option<String>,
    /// The script for search and shortcuts, which is loaded when it is first used.
    pub palette: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub word: String,
    /// A value for the text about the change, such as the number of things that were changed. It is
    /// empty if the text contains none.
    pub detail: String,
}

impl Flash {
    pub fn new(word: &str) -> Self {
        Self::with_detail(word, "")
    }

    pub fn with_detail(word: &str, detail: impl Into<String>) -> Self {
        Self {
            word: word.to_owned(),
            detail: detail.into(),
        }
    }

    /// Returns the number of things that were changed; 0 if they are not counted.
    pub fn count(&self) -> u32 {
        self.detail.parse().unwrap_or_default()
    }
}

/// The request of a page, as far as its rendering depends on it. The server provides one per
/// rendering.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each changes one thing of the page"
)]
pub struct PageRequest {
    /// The signed-in member.
    pub member: Option<MemberView>,
    /// The member first has to set up a second factor, and can see no other page of the account.
    pub factor_due: bool,
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
    /// The result of the form that redirected to this page.
    pub flash: Option<Flash>,
    /// The member for whom this page is rendered, in the text that a form contains if it is kept
    /// when the session has ended (`server/console/src/kept_form.rs`).
    pub form_owner: Option<String>,
    /// The content of the API docs, if this is their page.
    pub docs: Option<Arc<crate::docs::Docs>>,
}

impl PageRequest {
    /// Returns the first value with that name in the page's query string.
    pub fn asked(&self, name: &str) -> Option<String> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }

    /// Returns the text that `texts` provides for the result of a form.
    pub fn flash<T>(&self, texts: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.flash.as_ref().and_then(|flash| texts(&flash.word))
    }
}

/// Returns the request of the page that is being rendered.
pub fn page_request() -> PageRequest {
    // The browser sees a constant here, so that code which only the server needs is not even
    // compiled for it.
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

/// Sets the status of the page that is being rendered to 404.
#[cfg(feature = "ssr")]
pub fn not_found() {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
}
