//! The member for whom a form is rendered.

use crate::kept_form::OWNER;
use app::prelude::*;
use app::request::page_request;

/// A field of forms without secrets, by which the member gets back what they typed if the session
/// ends before they send the form (`crate::kept_form`).
#[component]
pub fn FormOwner() -> impl IntoView {
    let owner = page_request().form_owner;
    owner.map(|owner| view! { <input type="hidden" name=OWNER value=owner autocomplete="off"/> })
}
