//! The form that changes a key.

use crate::components::{FormOwner, Help, HelpLink, narrow, not_allowed, with_help};
use crate::refused::{Refused, problem};
use app::components::{
    FieldError, FormState, KeyOptions, Notice, PageHead, Permissions, Problem, TextField, Tone,
    takes_focus,
};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use domain::{EditKeyForm, Failure, Field, KeyPage, RateLimit, Scope, number};
use std::net::IpAddr;

const HEAD: Head = Head {
    title: "Edit API key",
    purpose: "The key itself doesn't change, so the systems that use it don't need a new one.",
};

const HELP: Help = Help {
    title: "What happens",
    advice: &[
        "Changes apply to the next request.",
        "A request without the permission that it needs is rejected with status 403.",
        "A request from an IP that isn't allowed is rejected. The rejected requests are on the key's page.",
        "To get a new key, rotate this one instead.",
    ],
    link: Some(HelpLink::Page(
        "/docs#key-not-working",
        "If a key isn't working",
    )),
};

pub fn edit_key_page(
    data: Result<KeyPage, Failure>,
    refused: Option<Refused<EditKeyForm>>,
) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Edit page=page refused=refused/> }
    })
}

#[component]
fn Edit(page: KeyPage, refused: Option<Refused<EditKeyForm>>) -> impl IntoView {
    let at = format!("/keys/{}", page.key.id);
    let title = format!("{} “{}”", HEAD.title, page.key.name);
    let head = view! { <PageHead title=title purpose=HEAD.purpose/> };
    if page.may_change {
        return with_help(HELP, erase((head, form(page, &at, refused))));
    }
    let text = if page.key.status.is_live() {
        not_allowed(
            refused.is_some(),
            "You don't have permission to edit keys. Ask an owner or admin of your account.",
        )
    } else {
        Failure::AlreadyEnded.message()
    };
    let back = view! { <a href=at>"Back to the key"</a> };
    narrow(view! {
        {head}
        <Notice tone=Tone::Info text=text action=back/>
    })
}

fn form(page: KeyPage, at: &str, refused: Option<Refused<EditKeyForm>>) -> AnyView {
    let (form, problem, proposal) = fill(page.settings, refused);
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
        "Required by your account settings."
    } else {
        "Leave empty for no expiration."
    };
    let latest = page
        .latest_day
        .map(|day| format!(" Your account allows dates up to {day}."));
    let rule = match &page.early_expiry {
        Some(expiry) => format!(
            "The key expires on {expiry}. If you select another date, it works until the end of that day."
        ),
        None => format!("The key works until the end of this day ({zone})."),
    };
    let hint = format!("{rule} {empty}{}", latest.unwrap_or_default());
    view! {
        <form class="form" method="post" action=format!("{at}/edit") novalidate>
            {form_state.notice()}
            {proposal.map(|text| view! { <Notice tone=Tone::Info text=text/> })}
            <FormOwner/>
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
                label="Expiration"
                kind="date"
                value=last_day
                hint=hint
                error=form_state.at(Field::Expires)
            />
            <KeyOptions
                note=note
                limit_depth=limit_depth
                limit_per_second=limit_per_second
                allow_list=allow_list
                account_limit=page.account_limit
                form_state=form_state
            />
            {asked.then(|| view! { <ShutOut meant=!shut_out.is_empty() error=form_state.at(Field::ShutOut)/> })}
            <div class="actions">
                <a class="button" href=at.to_owned()>
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    "Save changes"
                </button>
            </div>
        </form>
    }
}

/// Returns the refused form as it was submitted, with the reason. If none was refused, returns the
/// present settings, with the change that the link to this page proposes.
fn fill(
    settings: EditKeyForm,
    refused: Option<Refused<EditKeyForm>>,
) -> (EditKeyForm, Option<Problem>, Option<String>) {
    match refused {
        // The other fields take their present values, so that saving again undoes no other change.
        Some(Refused {
            form,
            failure: Failure::Outdated { .. },
        }) => {
            let base: Option<EditKeyForm> = serde_json::from_str(&form.seen).ok();
            let changes = base.as_ref().map(|base| base.changes(&settings));
            let failure = Failure::Outdated {
                changes: changes.unwrap_or_default(),
            };
            let form = form.rebase(base.as_ref(), settings);
            (form, Some(failure.into()), None)
        }
        Some(Refused { form, failure }) => (form, Some(problem(failure)), None),
        _ => {
            let mut settings = settings;
            let proposal = propose(&mut settings);
            (settings, None, proposal)
        }
    }
}

/// Makes the change that the link to this page proposes, and describes it. Nothing is saved until
/// the member submits the form.
fn propose(settings: &mut EditKeyForm) -> Option<String> {
    let request = page_request();
    let scope = request.asked("add");
    let scope = scope.and_then(|text| Scope::parse(&text).ok());
    if let Some(scope) = scope.map(Scope::as_str)
        && !settings.scopes.iter().any(|other| other == scope)
    {
        settings.scopes.push(scope.to_owned());
        return Some(format!("{scope} is selected. Save your changes to add it."));
    }
    if let Some(text) = propose_limit(settings) {
        return Some(text);
    }
    let address = request.asked("allow");
    let address: Option<IpAddr> = address.and_then(|text| text.parse().ok());
    let list = &mut settings.allow_list;
    // Without a list, every address is allowed, and a first entry would exclude all others.
    let address = address.filter(|_| !list.is_empty())?.to_string();
    if list.lines().any(|line| line == address) {
        return None;
    }
    list.push('\n');
    list.push_str(&address);
    Some(format!(
        "{address} was added to the allowed IPs below. Save your changes to allow it."
    ))
}

/// Makes the change if the link proposes another rate limit.
fn propose_limit(settings: &mut EditKeyForm) -> Option<String> {
    let request = page_request();
    let depth = RateLimit::parse_depth(&request.asked("limit_depth")?).ok()?;
    let per_second = RateLimit::parse_per_second(&request.asked("limit_per_second")?).ok()?;
    let proposal = [depth.to_string(), per_second.to_string()];
    let fields = [&mut settings.limit_depth, &mut settings.limit_per_second];
    if fields
        .iter()
        .zip(&proposal)
        .all(|(field, new)| *field == new)
    {
        return None;
    }
    for (field, new) in fields.into_iter().zip(proposal) {
        *field = new;
    }
    Some(format!(
        "The rate limit below was changed to {} requests per second, with bursts of {}. Save your changes to apply it.",
        number(u64::from(per_second)),
        number(u64::from(depth))
    ))
}

/// Returns the value of `aria-invalid`.
fn invalid(error: Signal<Option<String>>) -> Option<&'static str> {
    error.with_untracked(Option::is_some).then_some("true")
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
                <span>"I understand that these requests will be rejected"</span>
            </label>
        </div>
    }
}
