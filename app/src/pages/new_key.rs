//! The create dialog as a page, for those whose browser opens no dialog.

use super::creation::creation;
use super::load::{Head, fetch, load};
use crate::calls::list_keys;
use crate::components::{Attempt, Issue, NewKey, Notice, Tone};
use crate::request::{FormAnswer, page_request};
use crate::whole::whole;
use domain::{CreateKeyForm, Failure, IssuedKey, KeysPage, NewKeyOptions, Preset};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

const HEAD: Head = Head {
    title: "Create API Key",
    purpose: "Give each system its own key.",
};

#[component]
pub fn NewKeyPage() -> impl IntoView {
    let content = match page_request().answer {
        Some(FormAnswer::Issued(issued)) => view! { <Saved issued=*issued/> }.into_any(),
        _ => {
            let page = fetch(|| (), |()| list_keys());
            load(page, HEAD, |page| view! { <Create page=page/> }.into_any()).into_any()
        }
    };
    whole(view! {
        <Title text="Create API Key · Voxum Console"/>
        <div class="narrow">{content}</div>
    })
}

/// The direct answer to a create form: the one page that ever holds this secret.
#[component]
fn Saved(issued: IssuedKey) -> impl IntoView {
    let nothing = NewKeyOptions {
        token: String::new(),
        ends: Vec::new(),
    };
    let issue = Issue::new(Attempt::new(None), nothing, Some(issued));
    whole(view! {
        <NewKey
            issue=issue
            initial=CreateKeyForm::default()
            page=true
            still=true
            on_send=Callback::new(|_| ())
            on_done=Callback::new(|()| ())
            cancel=ViewFn::from(|| ())
        />
    })
}

#[component]
fn Create(page: KeysPage) -> impl IntoView {
    let Some(options) = page.new_key else {
        return view! {
            <h1>{HEAD.title}</h1>
            <Notice tone=Tone::Info text=Failure::Forbidden.message()/>
        }
        .into_any();
    };
    let (initial, problem) = match page_request().answer {
        Some(FormAnswer::CreateKey { form, failure }) => (form, Some(failure.into())),
        _ => (asked_for(), None),
    };
    let issue = Issue::new(Attempt::new(problem), options, None);
    let navigate = use_navigate();
    let done = Callback::new(move |()| {
        issue.forget();
        navigate("/keys", NavigateOptions::default());
    });
    let send = creation(issue, Callback::new(|_| ()), Callback::new(|_| ()));
    let cancel = || view! { <a class="button" href="/keys">"Cancel"</a> };
    whole(view! {
        <NewKey issue=issue initial=initial page=true on_send=send on_done=done cancel=ViewFn::from(cancel)/>
    })
    .into_any()
}

/// What the address says the fields should hold.
fn asked_for() -> CreateKeyForm {
    let query = use_query_map().get_untracked();
    let scopes = query
        .get("preset")
        .and_then(|preset| Preset::parse(&preset))
        .map(Preset::scopes)
        .unwrap_or_default();
    CreateKeyForm {
        name: query.get("name").unwrap_or_default(),
        scopes: scopes
            .iter()
            .map(|scope| scope.as_str().to_owned())
            .collect(),
        expires: query.get("expires").unwrap_or_default(),
        token: String::new(),
    }
}
