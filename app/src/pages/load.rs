//! From a page's data to the page: there, or why not.

use crate::browser;
use crate::calls::{Answer, CallError};
use crate::components::{PageHead, Problem, Trouble};
use crate::lean::plain;
use crate::request::{PageData, handover};
use domain::Failure;
use leptos::prelude::*;

/// The top of a page, which stands there also where its data does not.
#[derive(Clone, Copy)]
pub struct Head {
    pub title: &'static str,
    pub purpose: &'static str,
}

/// Shows a page's data, which came with the page.
pub fn load<T>(
    head: Head,
    pick: fn(PageData) -> Option<Answer<T>>,
    show: fn(T) -> AnyView,
) -> AnyView {
    match pick(handover().data).unwrap_or(Err(Failure::Unavailable)) {
        Ok(data) => show(data),
        Err(failure) => plain(view! {
            <PageHead title=head.title purpose=head.purpose/>
            <Trouble problem=failure.into()/>
        }),
    }
}

/// Two kinds of failure become one that can be shown. Who is signed out is sent to sign in.
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
