//! The form that changes a key.

use crate::components::{
    FieldError, FormState, Notice, PageHead, Permissions, TextField, Tone, takes_focus,
};
use crate::pages::load::{Head, load};
use crate::pages::server_only::not_allowed;
use crate::prelude::*;
use crate::request::{FormAnswer, PageData, page_request};
use domain::{EditKeyForm, Failure, Field, KeyPage};

const HEAD: Head = Head {
    title: "Edit API key",
    purpose: "The secret stays the same, so your systems need no change.",
};

const DEPTH: &str = "How many calls it may make in one burst. Empty: the account's limit.";
const PER_SECOND: &str = "How many more each second after that. Empty: the account's limit.";

#[component]
pub fn EditKeyPage() -> impl IntoView {
    let content = load(HEAD, PageData::key, |page| {
        view! { <Edit page=page/> }
    });
    view! { <div class="narrow">{content}</div> }
}

#[component]
fn Edit(page: KeyPage) -> impl IntoView {
    let at = format!("/keys/{}", page.key.id);
    let content = if page.may_change {
        form(page, &at)
    } else {
        let text = if page.key.status.is_live() {
            not_allowed(
                "Your role does not allow you to edit keys. Ask an owner or admin of your account.",
            )
        } else {
            Failure::AlreadyEnded.message()
        };
        let back = view! { <a href=at>"Back to the key"</a> };
        view! { <Notice tone=Tone::Info text=text action=back/> }
    };
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        {content}
    }
}

fn form(page: KeyPage, at: &str) -> AnyView {
    let (form, problem) = match page_request().answer {
        // The other fields take their present values, so that saving again undoes no other change.
        Some(FormAnswer::EditKey {
            form,
            failure: Failure::Outdated { .. },
        }) => {
            let base: Option<EditKeyForm> = serde_json::from_str(&form.seen).ok();
            let changes = base.as_ref().map(|base| base.changes(&page.settings));
            let failure = Failure::Outdated {
                changes: changes.unwrap_or_default(),
            };
            let form = form.rebase(base.as_ref(), page.settings);
            (form, Some(failure.into()))
        }
        Some(FormAnswer::EditKey { form, failure }) => (form, Some(failure.into())),
        _ => (page.settings, None),
    };
    let EditKeyForm {
        name,
        scopes,
        last_day,
        note,
        limit_depth,
        limit_per_second,
        allow_list,
        shut_out,
        seen,
    } = form;
    let form_state = FormState::new(problem);
    let asked = !shut_out.is_empty() || form_state.at(Field::ShutOut).get_untracked().is_some();
    let zone = page.zone.replace('_', " ");
    let empty = if page.policy.must_expire() {
        "Your account's settings ask for one."
    } else {
        "Empty: it does not expire."
    };
    let latest = page
        .latest_day
        .map(|day| format!(" {day} is the last that they allow."));
    let hint = format!(
        "The key works to the end of this day ({zone}). {empty}{}",
        latest.unwrap_or_default()
    );
    view! {
        <form class="form" method="post" action=format!("{at}/edit") novalidate>
            {form_state.notice()}
            <input type="hidden" name="seen" value=seen/>
            <TextField
                id="name"
                name="name"
                label="Name"
                value=name
                error=form_state.at(Field::Name)
            />
            <Permissions checked=scopes error=form_state.at(Field::Scopes)/>
            <TextField
                id="expires"
                name="last_day"
                required=false
                label="Last day"
                kind="date"
                value=last_day
                hint=hint
                error=form_state.at(Field::Expires)
            />
            <NoteField value=note error=form_state.at(Field::Note)/>
            <TextField
                id="limit-depth"
                name="limit_depth"
                required=false
                label="Calls at once"
                value=limit_depth
                hint=DEPTH
                error=form_state.at(Field::LimitDepth)
            />
            <TextField
                id="limit-per-second"
                name="limit_per_second"
                required=false
                label="Calls a second"
                value=limit_per_second
                hint=PER_SECOND
                error=form_state.at(Field::LimitPerSecond)
            />
            <AllowListField value=allow_list error=form_state.at(Field::AllowList)/>
            {asked.then(|| view! { <ShutOut meant=!shut_out.is_empty() error=form_state.at(Field::ShutOut)/> })}
            <div class="actions">
                <a class="button" href=at.to_owned()>
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    "Save key"
                </button>
            </div>
        </form>
    }
}

/// Returns the value of `aria-invalid`.
fn invalid(error: Signal<Option<String>>) -> Option<&'static str> {
    error.with_untracked(Option::is_some).then_some("true")
}

#[component]
fn NoteField(value: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="note">"Note"</label>
            <textarea
                id="note"
                name="note"
                rows="4"
                maxlength="1000"
                autofocus=takes_focus(error)
                aria-invalid=invalid(error)
                aria-describedby="note-hint note-error"
            >
                {value}
            </textarea>
            <p class="hint" id="note-hint">
                "Such as where the key is kept, or whom to ask. Never the key itself."
            </p>
            <FieldError id="note-error" error=error/>
        </div>
    }
}

#[component]
fn AllowListField(value: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="allow-list">"Allowed addresses"</label>
            <textarea
                id="allow-list"
                name="allow_list"
                rows="4"
                spellcheck="false"
                autofocus=takes_focus(error)
                aria-invalid=invalid(error)
                aria-describedby="allow-list-hint allow-list-error"
            >
                {value}
            </textarea>
            <p class="hint" id="allow-list-hint">
                "Addresses or networks, one a line, such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/64. Empty: calls may come \
                 from anywhere."
            </p>
            <FieldError id="allow-list-error" error=error/>
        </div>
    }
}

/// The check box that confirms the allow list, shown once it is known which callers the list would
/// refuse.
#[component]
fn ShutOut(meant: bool, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="field">
            <FieldError id="shut-out-error" error=error/>
            <label class="check">
                <input
                    type="checkbox"
                    id="shut-out"
                    name="shut_out"
                    value="yes"
                    checked=meant
                    autofocus=takes_focus(error)
                    aria-invalid=invalid(error)
                    aria-describedby="shut-out-error"
                />
                <span>"Refuse these calls from now on"</span>
            </label>
        </div>
    }
}
