//! The form that replaces a key by a new one, and the response to it.

use crate::components::{FormOwner, Help, HelpLink, SelectField, fact, narrow, with_help};
use crate::keys::view::new_key::saved_key_page;
use crate::refused::Refused;
use app::components::{ExpiryField, FormState, Notice, PageHead, Tone, new_tab_link};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{
    DisplayTime, Expiry, Failure, Field, Grace, IssuedKey, KeyStatus, KeyView, RotateKeyForm,
    RotatePage, Timestamp,
};

const HEAD: Head = Head {
    title: "Rotate API key",
    purpose: "Creates a new key with the same name, permissions, limits, IPs and note.",
};

/// Hint below the choice. It is true for each choice, since the page has no script.
const GRACE: &str = "With a later expiration, both keys work until then, so you can switch over without downtime. If the key leaked, choose \
                     “Expires immediately”: requests with it are then rejected right away.";
const GRACE_PAUSED: &str =
    "The old key is paused, so requests with it are rejected in any case until you resume it.";

const HELP: Help = Help {
    title: "How rotation works",
    advice: &[
        "You get a new key. You choose when the old one expires.",
        "Store the new key where your system reads it. The full key is shown once.",
        "The old key's page shows whether it is still in use.",
        "Once no system uses the old key, you can revoke it earlier.",
    ],
    link: Some(HelpLink::Page(
        "/docs#key-not-working",
        "If a key isn't working",
    )),
};

pub fn rotate_key_page(
    data: Result<RotatePage, Failure>,
    refused: Option<Refused<RotateKeyForm>>,
) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Rotate page=page refused=refused/> }
    })
}

/// The direct response to the form: the only page that ever contains this secret.
pub fn rotated_key_page(issued: IssuedKey, old: &KeyView) -> AnyView {
    let name = issued.key.name.to_string();
    let lead = view! {
        <p class="lead">
            "This key replaces the old key “" {name} "” ("
            <code>{old.preview.clone()}</code>
            "). Copy it now, and use it instead of the old key in every system."
        </p>
        {replaced(old)}
    };
    saved_key_page("Save your new API key", lead, issued)
}

#[component]
fn Rotate(page: RotatePage, refused: Option<Refused<RotateKeyForm>>) -> impl IntoView {
    // The key may have changed since the form was rendered. If it can no longer be rotated, the
    // current reason replaces the form.
    let head = view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> };
    match page.refused.clone() {
        None => with_help(HELP, erase((head, form(page, refused)))),
        Some(failure) => narrow(erase((head, impossible(&page, failure, refused)))),
    }
}

/// Renders what happens to the old key.
fn replaced(old: &KeyView) -> AnyView {
    let text = match &old.expires {
        Some(end) if old.status == KeyStatus::Paused => {
            format!("The old key is paused, and expires {}.", end.exact)
        }
        Some(end) if old.status.is_live() => format!(
            "The old key works until {}. Its page shows which systems still use it.",
            end.exact
        ),
        _ => "The old key has expired. Requests with it are now rejected.".to_owned(),
    };
    let action = new_tab_link(format!("/keys/{}", old.id), "The old key's page");
    view! { <Notice tone=Tone::Info text=text action=action/> }
}

/// Renders why the key cannot be rotated now.
fn impossible(
    page: &RotatePage,
    reason: Failure,
    refused: Option<Refused<RotateKeyForm>>,
) -> AnyView {
    // If the form was submitted twice, the response is that its key already exists.
    let failure = match refused.map(|refused| refused.failure) {
        Some(failure @ Failure::AlreadyCreated { .. }) => failure,
        _ => reason,
    };
    let (id, text) = match &page.replaced_by {
        Some(new) => (new, "View the new key"),
        None => (&page.key.id, "Back to the key"),
    };
    let action = view! { <a href=format!("/keys/{id}")>{text}</a> };
    view! { <Notice tone=Tone::Info text=failure.message() action=action/> }
}

fn form(page: RotatePage, refused: Option<Refused<RotateKeyForm>>) -> AnyView {
    let at = format!("/keys/{}", page.key.id);
    let (form, problem) = Refused::split(refused, first);
    let form_state = FormState::new(problem);
    let end = page.key.expires.as_ref();
    let graces = Grace::ALL.map(|grace| {
        let label = grace_label(grace, page.now.at, end);
        (grace.as_str().to_owned(), label)
    });
    let hint = match page.key.status {
        KeyStatus::Paused => GRACE_PAUSED,
        _ => GRACE,
    };
    let chosen = Expiry::parse(&form.expires).unwrap_or(page.options.preselected);
    let token = page.options.token.clone();
    let facts = facts(&page.key);
    let action = format!("{at}/rotate");
    view! {
        <form class="form" method="post" action=action novalidate>
            <FormOwner/>
            <input type="hidden" name="token" value=token autocomplete="off"/>
            {form_state.notice()}
            {facts}
            <SelectField
                id="grace"
                name="grace"
                label="Old key"
                options=graces.into()
                value=form.grace
                hint=hint
                error=form_state.at(Field::Grace)
            />
            <fieldset class="field">
                <legend>"New key"</legend>
                <ExpiryField
                    options=RwSignal::new(page.options)
                    chosen=chosen
                    last_day=form.last_day
                    form_state=form_state
                />
            </fieldset>
            <div class="actions">
                <a class="button" href=at>
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    "Rotate key"
                </button>
            </div>
        </form>
    }
}

/// Describes a choice for the old key. None lets it work for longer than it would have anyway.
fn grace_label(grace: Grace, now: Timestamp, end: Option<&DisplayTime>) -> String {
    let end = end.zip(grace.seconds());
    match end.filter(|(end, seconds)| end.at <= now.plus_seconds(*seconds)) {
        Some((end, _)) => {
            let wait = grace.label().trim_start_matches("Expires in ");
            format!("Expires on {}, sooner than in {wait}", end.short)
        }
        None => grace.label().to_owned(),
    }
}

fn first() -> RotateKeyForm {
    RotateKeyForm {
        grace: Grace::default().as_str().to_owned(),
        ..RotateKeyForm::default()
    }
}

/// Renders the key to rotate, and its use.
fn facts(key: &KeyView) -> AnyView {
    let last_use = match &key.last_use {
        None => "Never used".to_owned(),
        Some(last) => format!("{} from {}", last.at.exact, last.ip),
    };
    let end = match &key.expires {
        None => "Never".to_owned(),
        Some(end) => end.short.clone(),
    };
    let rows = [
        ("Name", erase(key.name.to_string())),
        ("Key preview", view! { <code>{key.preview.clone()}</code> }),
        ("Last used", erase(last_use)),
        ("Expires", erase(end)),
    ];
    let rows = rows.map(|(name, value)| fact(name, value));
    view! { <dl class="facts">{rows}</dl> }
}
