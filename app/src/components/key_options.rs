//! The optional settings of a key, in the forms that create and change it.

use super::{FormState, TextArea, TextField};
use crate::prelude::*;
use domain::Field;

const NOTE: &str =
    "For example, where the key is stored or who owns it. Don't paste the key itself.";
const DEPTH: &str = "Maximum requests in a burst. Set both fields or neither.";
const PER_SECOND: &str = "Sustained rate. Leave both fields empty to use the account limit: ";
const ALLOW_LIST: &str = "One IP address or CIDR range per line, such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/64. Leave empty to allow any address.";

/// The fields that [`KeyOptions`] renders.
pub const OPTIONS: [Field; 4] = [
    Field::Note,
    Field::LimitDepth,
    Field::LimitPerSecond,
    Field::AllowList,
];

#[component]
pub fn KeyOptions(
    note: String,
    limit_depth: String,
    limit_per_second: String,
    allow_list: String,
    /// The account's rate limit in words.
    account_limit: String,
    form_state: FormState,
) -> impl IntoView {
    let mut per_second = account_limit;
    per_second.insert_str(0, PER_SECOND);
    per_second.push('.');
    view! {
        <TextArea
            id="note"
            name="note"
            label="Note"
            value=note
            hint=NOTE
            error=form_state.at(Field::Note)
            maxlength="1000"
        />
        <div class="pair">
            <TextField
                id="limit-per-second"
                name="limit_per_second"
                required=false
                label="Requests per second"
                value=limit_per_second
                hint=per_second
                error=form_state.at(Field::LimitPerSecond)
            />
            <TextField
                id="limit-depth"
                name="limit_depth"
                required=false
                label="Burst size"
                value=limit_depth
                hint=DEPTH
                error=form_state.at(Field::LimitDepth)
            />
        </div>
        <TextArea
            id="allow-list"
            name="allow_list"
            label="Allowed IPs"
            value=allow_list
            hint=ALLOW_LIST
            error=form_state.at(Field::AllowList)
            spellcheck="false"
        />
    }
}
