//! Rendering a page from its data, or from the reason why there is none.

use crate::browser;
use crate::calls::{Answer, CallError};
use crate::components::{LoadError, PageHead, Problem};
use crate::page::Page;
use crate::prelude::*;
use crate::request::page_request;
use domain::Failure;

/// The heading of a page, which is shown even if its data could not be loaded.
#[derive(Clone, Copy)]
pub struct Head {
    pub title: &'static str,
    pub purpose: &'static str,
}

/// Renders a page from its data, or the reason why they could not be loaded.
pub fn page_or_error<T>(
    head: Head,
    data: Result<T, Failure>,
    show: impl FnOnce(T) -> AnyView,
) -> AnyView {
    match data {
        Ok(data) => show(data),
        Err(failure) => {
            let back = way_back(&failure);
            let error = view! {
                <PageHead title=head.title purpose=head.purpose/>
                <LoadError problem=failure.into()/>
            };
            match back {
                Some(back) => view! { {error} {back} },
                None => error,
            }
        }
    }
}

/// Returns a link to the list, for a page whose key, member or file does not exist. Only the server
/// renders such a page, so the link is not in the module.
fn way_back(failure: &Failure) -> Option<AnyView> {
    if !cfg!(feature = "ssr") || *failure != Failure::NotFound {
        return None;
    }
    let page = Page::at(&page_request().path);
    let list = page.entry().filter(|list| *list != page)?;
    let text = format!("Back to {}", list.name());
    Some(view! { <p><a href=list.path()>{text}</a></p> })
}

/// Merges the two kinds of failure into one that can be shown. If the session has ended, also
/// redirects to the sign-in page.
pub fn settle<T>(called: Result<Answer<T>, CallError>) -> Result<T, Problem> {
    match called {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => {
            if failure == Failure::SignedOut {
                browser::sign_in_again();
            }
            Err(failure.into())
        }
        Err(error) => Err(Problem::broken(error.message())),
    }
}
