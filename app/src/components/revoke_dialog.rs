//! The button that revokes one key, and its confirmation dialog.

use super::{Clock, Dialog, FormState, RevokeForm, Used};
use crate::prelude::*;
use domain::{KeyId, KeyView, RevokeKeyForm};

/// A confirmed revocation, on its way to the server.
#[derive(Clone)]
pub struct RevokeRequest {
    pub id: KeyId,
    pub form: RevokeKeyForm,
    /// State of the form, in which the dialog shows the outcome.
    pub form_state: FormState,
}

/// Returns the id of a key's dialog.
pub fn revoke_dialog(id: &KeyId) -> String {
    format!("revoke-{id}")
}

#[component]
pub fn RevokeDialog(
    key: KeyView,
    used: Signal<Used>,
    clock: Clock,
    on_revoke: Callback<RevokeRequest>,
) -> impl IntoView {
    let form_state = FormState::new(None);
    let id = key.id.clone();
    let dialog = revoke_dialog(&id);
    let title = format!("{dialog}-title");
    let name = key.name.to_string();
    let send = Callback::new(move |form| {
        on_revoke.run(RevokeRequest {
            id: id.clone(),
            form,
            form_state,
        });
    });
    let cancel = view! {
        <button type="button" class="button" command="close" commandfor=dialog.clone() autofocus>
            "Cancel"
        </button>
    };
    let open = view! {
        <button
            type="button"
            class="button quiet small revoke"
            command="show-modal"
            commandfor=dialog.clone()
            aria-label=format!("Revoke {name}")
        >
            "Revoke"
        </button>
        <a
            class="without-script"
            href=format!("/keys/{}/revoke", key.id)
            aria-label=format!("Revoke {name} as a page")
        >
            "As a page"
        </a>
    };
    let body = view! {
        <h2 id=title.clone()>"Revoke “" {name} "”?"</h2>
        <RevokeForm
            key=key
            used=used
            clock=clock
            form_state=form_state
            initial=RevokeKeyForm::default()
            on_send=send
            cancel=cancel
        />
    };
    view! {
        {open}
        <Dialog id=dialog title=title alert=true held=form_state.pending body=body/>
    }
}
