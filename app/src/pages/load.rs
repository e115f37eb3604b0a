//! From a page's data to the page: there, or why not.

use crate::browser;
use crate::calls::{Answer, CallError};
use crate::codec::Json;
use crate::components::{PageHead, Problem, Trouble};
use crate::lean::plain;
use crate::request::{PageData, page_data};
use domain::Failure;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The top of a page, which stands there also where its data does not.
#[derive(Clone, Copy)]
pub struct Head {
    pub title: &'static str,
    pub purpose: &'static str,
}

/// Shows a page's data, which came with the page: `pick` takes it out of what the server fetched, and the browser
/// finds it in the document.
pub fn load<T>(
    head: Head,
    pick: fn(PageData) -> Option<Answer<T>>,
    show: fn(T) -> AnyView,
) -> AnyView
where
    T: Serialize + DeserializeOwned + 'static,
{
    let data: SharedValue<Answer<T>, Json> =
        SharedValue::new_with_encoding(|| pick(page_data()).unwrap_or(Err(Failure::Unavailable)));
    match data.into_inner() {
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
