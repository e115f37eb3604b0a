//! The pages that the browser's module takes over.

use super::docs::docs_page;
use super::found_key::found_key_page;
use super::keys::keys_page;
use crate::browser;
use crate::page::Page;
use crate::prelude::*;
use domain::{Failure, KeysPage};
use serde::{Deserialize, Serialize};

/// A hydrated page with its data, or with the reason why there are none.
///
/// The server embeds it in the document, so that hydration starts from the data that the server
/// rendered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum HydratedPage {
    Keys(Box<Result<KeysPage, Failure>>),
    FoundKey,
    Docs,
}

impl HydratedPage {
    /// Id of the element of the document that contains the page.
    pub const ID: &'static str = "page-data";

    /// Returns the page that the document contains. Only browsers can read it.
    pub fn embedded() -> Option<Self> {
        browser::parse(&browser::text_of(Self::ID)?)
    }

    pub const fn page(&self) -> Page {
        match self {
            Self::Keys(_) => Page::Keys,
            Self::FoundKey => Page::FoundKey,
            Self::Docs => Page::Docs,
        }
    }

    /// Returns why the data could not be loaded.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Keys(data) => data.as_ref().as_ref().err(),
            Self::FoundKey | Self::Docs => None,
        }
    }

    pub fn render(self) -> AnyView {
        match self {
            Self::Keys(data) => keys_page(*data),
            Self::FoundKey => found_key_page(),
            Self::Docs => docs_page(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_the_table_marks_are_hydrated() {
        let failure = Failure::Unavailable;
        let pages = [
            HydratedPage::Keys(Box::new(Err(failure))),
            HydratedPage::FoundKey,
            HydratedPage::Docs,
        ];
        let pages = pages.map(|page| page.page());
        for page in Page::ALL {
            assert_eq!(page.is_hydrated(), pages.contains(page), "{page:?}");
        }
    }
}
