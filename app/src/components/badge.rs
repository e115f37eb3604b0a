//! The status of a key, as an icon and a word.

use super::Icon;
use crate::prelude::*;
use domain::KeyStatus;

#[component]
pub fn Badge(status: KeyStatus) -> impl IntoView {
    let icon = match status {
        KeyStatus::Active => "#i-active",
        KeyStatus::Paused => "#i-pause",
        KeyStatus::Expired => "#i-clock",
        KeyStatus::Revoked => "#i-stop",
    };
    view! {
        <span class="badge" data-status=status.as_str()>
            <Icon name=icon/>
            {status.label()}
        </span>
    }
}
