//! The expiry of a new key.

use super::{FieldError, FormState, Icon, takes_focus};
use crate::prelude::*;
use domain::{Expiry, Field, NewKeyOptions};

/// A select, and beside it the date that each choice results in, or a field for a custom date. All
/// of them are always rendered; CSS shows the chosen one, so that the field works without script.
#[component]
pub fn ExpiryField(
    options: RwSignal<NewKeyOptions>,
    chosen: Expiry,
    /// Initial value of the custom date.
    last_day: String,
    form_state: FormState,
) -> impl IntoView {
    let (choices, (first, last)) = options.with_untracked(|options| {
        let choices: Vec<_> = options
            .expiries
            .iter()
            .map(|(expiry, _)| {
                view! {
                    <option value=expiry.as_str() selected=*expiry == chosen>
                        {expiry.label()}
                    </option>
                }
            })
            .collect();
        (choices, options.days.clone())
    });
    let wrong_choice = form_state.at(Field::Expires);
    let wrong_day = form_state.at(Field::LastDay);
    let error = Signal::derive(move || wrong_choice.get().or_else(|| wrong_day.get()));
    let expiries = dynamic(move || {
        let expiries = options.with(|options| options.expiries.clone());
        let expiries: Vec<_> = expiries
            .into_iter()
            .filter_map(|(expiry, moment)| Some((expiry, moment?)))
            .map(|(expiry, moment)| {
                view! {
                    <span data-end=expiry.as_str()>
                        "Expires on " <time datetime=moment.iso>{moment.short}</time>
                    </span>
                }
            })
            .collect();
        erase(expiries)
    });
    view! {
        <div class="field expiry">
            <label for="expires">"Expiration"</label>
            <select
                id="expires"
                name="expires"
                autofocus=takes_focus(wrong_choice)
                aria-invalid=attr_if("true", move || wrong_choice.with(Option::is_some))
                aria-describedby="expires-end expires-error"
            >
                {choices}
            </select>
            <div class="end" id="expires-end">
                {expiries}
                <span data-end=Expiry::Date.as_str()>
                    <label for="last-day">"Expiration date"</label>
                    <input
                        id="last-day"
                        name="last_day"
                        type="date"
                        value=last_day
                        min=first
                        max=last
                        autofocus=takes_focus(wrong_day)
                        aria-invalid=attr_if("true", move || wrong_day.with(Option::is_some))
                        aria-describedby="expires-error"
                    />
                </span>
                <span class="warning" data-end=Expiry::Never.as_str()>
                    <Icon name="#i-alert"/>
                    "Keys without an expiration stay valid until revoked. We recommend setting one."
                </span>
            </div>
            <FieldError id="expires-error" error=error/>
        </div>
    }
}
