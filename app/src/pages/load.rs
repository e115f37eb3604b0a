//! From a call to a page: loading, failed, there.

use crate::browser;
use crate::calls::{Answer, CallError};
use crate::codec::Json;
use crate::components::{PageHead, Problem, Trouble, Waiting};
use crate::lean::plain;
use domain::Failure;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a call's resource holds.
pub type Called<T> = Result<Answer<T>, CallError>;

/// A page's data, or why it is not there.
pub type Loaded<T> = Resource<Called<T>, Json>;

/// Fetches a page's data: on the server before the page is sent, in the browser when the page is gone to, and again
/// whenever `source` changes.
pub fn fetch<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    call: impl Fn(S) -> F + Send + Sync + 'static,
) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Future<Output = Called<T>> + Send + 'static,
{
    Resource::new_with_options(source, call, false)
}

/// The top of a page, which stands there before its data does.
#[derive(Clone, Copy)]
pub struct Head {
    pub title: &'static str,
    pub purpose: &'static str,
}

/// Two kinds of failure become one that can be shown. Who is signed out is sent to sign in.
pub fn settle<T>(called: Called<T>) -> Result<T, Problem> {
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

/// Shows a page's data once it is there. `show` runs once for each time it is loaded, so what it makes keeps its state
/// until then.
pub fn load<T>(resource: Loaded<T>, head: Head, show: fn(T) -> AnyView) -> AnyView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let Head { title, purpose } = head;
    let top = move || plain(view! { <PageHead title=title purpose=purpose/> });
    let retry = Callback::new(move |()| resource.refetch());
    // Of one type for all pages.
    let content: Box<dyn FnMut() -> Suspend<AnyView> + Send> = Box::new(move || {
        Suspend::new(async move {
            match settle(resource.await) {
                Ok(data) => show(data),
                Err(problem) => plain(view! {
                    {top()}
                    <Trouble problem=problem retry=retry/>
                }),
            }
        })
    });
    let waiting = move || {
        plain(view! {
            {top()}
            <Waiting/>
        })
    };
    plain(view! { <Transition fallback=waiting>{content}</Transition> })
}
