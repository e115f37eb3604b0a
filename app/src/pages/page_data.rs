//! Rendering a page from its data, or from the reason why there is none.

use crate::browser;
use crate::calls::{Answer, CallError};
use crate::components::{LoadError, PageHead, Problem};
use crate::prelude::*;
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
        Err(failure) => view! {
            <PageHead title=head.title purpose=head.purpose/>
            <LoadError problem=failure.into()/>
        },
    }
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
