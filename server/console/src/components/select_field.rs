//! A labelled select with its hint and its error.

use app::components::{FieldError, takes_focus};
use app::prelude::*;

#[component]
pub fn SelectField(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    /// Value and label of each option.
    options: Vec<(String, String)>,
    /// The selected value. If it is none of the options, it is added first, so that the field shows
    /// what was submitted.
    value: String,
    #[prop(optional, into)] hint: Option<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = match hint {
        Some(_) => format!("{hint_id} {error_id}"),
        None => error_id.clone(),
    };
    let unknown = options.iter().all(|(choice, _)| *choice != value);
    let unknown = unknown.then(|| (value.clone(), value.clone()));
    let choices = unknown
        .into_iter()
        .chain(options)
        .map(move |(choice, text)| {
            let selected = choice == value;
            view! {
                <option value=choice selected=selected>
                    {text}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select
                id=id
                name=name
                autofocus=takes_focus(error)
                aria-invalid=attr_if("true", move || error.with(Option::is_some))
                aria-describedby=described
            >
                {choices}
            </select>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <FieldError id=error_id error=error/>
        </div>
    }
}
