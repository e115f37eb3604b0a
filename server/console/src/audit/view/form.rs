//! The form with the filters of the audit log.

use crate::components::search_error;
use app::components::{FieldError, NO_FULL_KEY, NO_FULL_KEY_ADVICE, Problem, takes_focus};
use app::prelude::*;
use domain::{AuditForm, AuditGroup, AuditPage, Failure, Field, FieldError as Wrong};

/// Renders a GET form, so that the address of the results can be shared.
pub fn form(page: &AuditPage) -> AnyView {
    let AuditForm {
        who,
        what,
        thing,
        from,
        to,
    } = page.form.clone();
    let errors = &page.errors;
    let problem = (!errors.is_empty()).then(|| {
        let failure = Failure::Invalid {
            errors: errors.clone(),
        };
        Problem::from(failure).notice("")
    });
    let days = format!(
        "Dates are in the time zone {}.",
        page.zone.replace('_', " ")
    );
    view! {
        <search>
            <form class="filters" method="get" action="/audit">
                {problem}
                {choice("who", "Actor", options(page.who.clone(), &who), at(errors, Field::Who))}
                {choice("what", "Action", actions(page.what.clone(), &what), at(errors, Field::What))}
                {thing_field(thing, at(errors, Field::Thing))}
                {day("from", "Start date", from, at(errors, Field::From))}
                {day("to", "End date", to, at(errors, Field::To))}
                <div class="actions">
                    <button type="submit" class="button">
                        "Apply"
                    </button>
                </div>
                <p class="hint">{days}</p>
            </form>
        </search>
    }
}

fn at(errors: &[Wrong], field: Field) -> Option<String> {
    let found = errors.iter().find(|error| error.field == field);
    found.map(|error| error.message.clone())
}

fn options(choices: Vec<(String, String)>, value: &str) -> AnyView {
    let options = choices.into_iter().map(|(choice, text)| {
        let selected = choice == value;
        view! {
            <option value=choice selected=selected>
                {text}
            </option>
        }
    });
    options.collect_view().into_any()
}

fn actions(groups: Vec<AuditGroup>, value: &str) -> AnyView {
    let any = vec![(String::new(), "Any action".to_owned())];
    let groups = groups.into_iter().map(|group| {
        view! { <optgroup label=group.label>{options(group.choices, value)}</optgroup> }
    });
    erase((options(any, value), groups.collect_view()))
}

fn choice(
    id: &'static str,
    label: &'static str,
    options: AnyView,
    error: Option<String>,
) -> AnyView {
    let (error_id, wrong) = (format!("{id}-error"), error.is_some());
    let error = Signal::stored(error);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select
                id=id
                name=id
                autofocus=takes_focus(error)
                aria-invalid=wrong.then_some("true")
                aria-describedby=error_id.clone()
            >
                {options}
            </select>
            <FieldError id=error_id error=error/>
        </div>
    }
}

fn thing_field(value: String, error: Option<String>) -> AnyView {
    let wrong = error.is_some();
    let has_focus = takes_focus(Signal::stored(error.clone()));
    view! {
        <div class="field">
            <label for="thing">"Key name or ID"</label>
            <input
                id="thing"
                name="thing"
                value=value
                placeholder="Any"
                autocomplete="off"
                spellcheck="false"
                pattern=NO_FULL_KEY
                title=NO_FULL_KEY_ADVICE
                autofocus=has_focus
                aria-invalid=wrong.then_some("true")
                aria-describedby="thing-error"
            />
            {search_error("thing-error", error)}
        </div>
    }
}

fn day(id: &'static str, label: &'static str, value: String, error: Option<String>) -> AnyView {
    let (error_id, wrong) = (format!("{id}-error"), error.is_some());
    let error = Signal::stored(error);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                name=id
                type="date"
                value=value
                autofocus=takes_focus(error)
                aria-invalid=wrong.then_some("true")
                aria-describedby=error_id.clone()
            />
            <FieldError id=error_id error=error/>
        </div>
    }
}
