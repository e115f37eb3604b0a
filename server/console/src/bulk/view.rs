//! The confirmation before a bulk action pauses, revokes, resumes or extends keys.

use crate::components::{Help, HelpLink, SelectField, narrow, with_help};
use crate::refused::Refused;
use app::components::{Clock, FormState, Notice, PageHead, Problem, TextField, Time, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{BulkAction, BulkForm, BulkPage as Data, Failure, Field, KeyView, RevokeReason};

const HEAD: Head = Head {
    title: "Several API keys",
    purpose: "Change all selected keys together.",
};

/// `list` is the address of the list in which the keys were selected.
pub fn bulk_page(
    data: Result<Data, Failure>,
    list: &str,
    refused: Option<Refused<BulkForm>>,
) -> AnyView {
    let list = list.to_owned();
    match data {
        Err(failure) if failure.at(Field::Keys).is_some() => narrow(unclear(&failure, list)),
        data => page_or_error(HEAD, data, |page| {
            view! { <Bulk page=page list=list refused=refused/> }
        }),
    }
}

/// Returns the help for an action, which goes beyond the form's own text.
fn help(action: BulkAction) -> Help {
    let (advice, link): (&[&str], _) = match action {
        BulkAction::Pause => (
            &[
                "Systems that use these keys stop working until you resume them.",
                "The keys keep their permissions, limits and expirations.",
                "If a key may have leaked, revoke it instead.",
            ],
            Some(HelpLink::Page(
                "/docs#key-not-working",
                "What a rejected system sees",
            )),
        ),
        BulkAction::Resume => (
            &[
                "Systems that have one of these keys can use it again.",
                "Keys that were revoked after the backup was made are in this list, too.",
                "You can pause or revoke each key later.",
            ],
            None,
        ),
        BulkAction::Extend => (
            &[
                "Systems keep working with the keys that they have.",
                "Only the expiration changes. You can set another one on each key's page.",
                "To replace the keys as well, rotate them instead.",
            ],
            None,
        ),
        BulkAction::Revoke => (
            &[
                "Systems that use these keys stop working until they get new ones.",
                "To stop keys for a while, pause them instead.",
                "The audit log keeps your reason for each key.",
            ],
            Some(HelpLink::Page(
                "/docs#unauthorized",
                "What a rejected system sees",
            )),
        ),
    };
    Help {
        title: "What happens",
        advice,
        link,
    }
}

/// Renders the refusal if there are no keys or too many; its message explains what to do.
fn unclear(failure: &Failure, list: String) -> AnyView {
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        <Notice tone=Tone::Info text=failure.message()/>
        <p>
            <a href=list>"Back to API Keys"</a>
        </p>
    }
}

#[component]
fn Bulk(page: Data, list: String, refused: Option<Refused<BulkForm>>) -> impl IntoView {
    let (form, problem) = Refused::parts(refused, BulkForm::default);
    // This failure belongs to no field, so it is shown above the form.
    let stale = problem.as_ref().and_then(|failure| match failure {
        Failure::Invalid { .. } => failure.at(Field::Keys).map(str::to_owned),
        failure => Some(failure.message()),
    });
    let stale = stale.map(|text| view! { <Notice tone=Tone::Error text=text/> });
    let number = page.keys.len();
    let keys = if number == 1 { "key" } else { "keys" };
    let clock = Clock::start(page.now.at);
    let skipped = (page.skipped > 0).then(|| skipped(page.skipped, page.action));
    if number == 0 {
        return narrow(view! {
            <h1>{HEAD.title}</h1>
            {stale}
            {skipped}
            <p>
                <a href=list>"Back to API Keys"</a>
            </p>
        });
    }
    let help = help(page.action);
    let (verb, class, effect) = match page.action {
        BulkAction::Pause => (
            "Pause",
            "button primary",
            "Requests with these keys will be rejected until you resume each key on its page.",
        ),
        BulkAction::Resume => (
            "Resume",
            "button primary",
            "These keys have been paused since this account was restored from a backup. If one shouldn't be active, revoke it first. The rest will work as soon as you confirm.",
        ),
        BulkAction::Extend => (
            "Extend",
            "button primary",
            "Each key will expire 90 days after its current expiration, or on the latest date that your account allows.",
        ),
        BulkAction::Revoke => (
            "Revoke",
            "button danger",
            "Requests with these keys will be rejected immediately. This can't be undone. The keys stay in the list for your records.",
        ),
    };
    let ids: Vec<_> = page
        .keys
        .iter()
        .map(|key| view! { <input type="hidden" name="key" value=key.id.to_string()/> })
        .collect();
    let lately = page.keys.iter().filter(|key| key.used_recently).count();
    let lately = (lately > 0 && matches!(page.action, BulkAction::Pause | BulkAction::Revoke))
        .then(|| {
            let (which, them) = match lately {
                1 if number == 1 => ("It was".to_owned(), "it"),
                1 => ("One of them was".to_owned(), "it"),
                2 if number == 2 => ("Both of them were".to_owned(), "them"),
                all if all == number => ("All of them were".to_owned(), "them"),
                some => (format!("{some} of them were"), "them"),
            };
            let text = format!(
                "{which} used in the last 24 hours. Any system using {them} will stop working."
            );
            view! { <Notice tone=Tone::Warning text=text/> }
        });
    let mut extended = page.extended.into_iter();
    let rows = page
        .keys
        .into_iter()
        .map(|key| row(key, extended.next(), clock))
        .collect_view();
    // A refusal of the whole form is already shown above.
    let faults = problem.filter(|_| stale.is_none()).map(Problem::from);
    let form_state = FormState::new(faults);
    let faults = form_state.notice();
    let reason = (page.action == BulkAction::Revoke)
        .then(|| reason(&form.reason, form_state.at(Field::Reason)));
    let form = view! {
        <h1>{verb} " " {number} " " {keys} "?"</h1>
        {stale}
        {faults}
        {skipped}
        <ul class="chosen box">{rows}</ul>
        {lately}
        <form class="form" method="post" action="/keys/several" novalidate>
            <input type="hidden" name="do" value=page.action.as_str()/>
            <input type="hidden" name="seen" value=page.seen/>
            <input type="hidden" name="list" value=list.clone()/>
            {ids}
            <p>{effect}</p>
            {reason}
            <TextField
                id="count"
                name="count"
                label="Number of keys"
                inputmode="numeric"
                hint=format!("Type {number} to confirm.")
                value=form.count
                error=form_state.at(Field::Count)
                autocomplete="off"
            />
            <div class="actions">
                <a class="button" href=list>
                    "Cancel"
                </a>
                <button type="submit" class=class>
                    {verb} " " {number} " " {keys}
                </button>
            </div>
        </form>
    };
    with_help(help, form)
}

/// Renders how many of the selected keys this action does not apply to.
fn skipped(number: usize, action: BulkAction) -> AnyView {
    let why = match action {
        BulkAction::Pause => "is already paused, revoked or expired",
        BulkAction::Revoke => "is already revoked or expired",
        BulkAction::Resume => "is not paused",
        BulkAction::Extend => "is revoked, expired or being replaced, or can't expire later,",
    };
    let text = if number == 1 {
        format!("1 selected key {why} and was skipped.")
    } else {
        let why = why.replacen("is ", "are ", 1);
        format!("{number} selected keys {why} and were skipped.")
    };
    view! { <Notice tone=Tone::Info text=text/> }
}

/// Renders a key's name, its last use, and its expiry before and after an extension.
fn row(key: KeyView, extended: Option<String>, clock: Clock) -> AnyView {
    let extended = extended.zip(key.expires).map(|(after, before)| {
        view! { <small>{format!("Expires {} → {after}", before.short)}</small> }
    });
    let last_use = match key.last_use {
        None => erase("Never used"),
        Some(last) => view! {
            "Last used "
            <Time moment=last.at clock=clock/>
            " from "
            {last.ip}
        },
    };
    view! {
        <li>
            <a class="name" href=format!("/keys/{}", key.id)>
                {key.name.to_string()}
            </a>
            <code>{key.preview}</code>
            <small>{last_use}</small>
            {extended}
        </li>
    }
}

fn reason(chosen: &str, error: Signal<Option<String>>) -> AnyView {
    let none = (String::new(), RevokeReason::NONE.to_owned());
    let reasons = RevokeReason::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
    view! {
        <SelectField
            id="reason"
            name="reason"
            label="Reason"
            options=[none].into_iter().chain(reasons).collect()
            value=chosen.to_owned()
            error=error
        />
    }
}
