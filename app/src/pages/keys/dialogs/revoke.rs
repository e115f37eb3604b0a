//! The dialog that revokes a key, and the one that reports how the revocation reached the servers.

use super::{REVOKE, Rows};
use crate::browser;
use crate::calls::revoke_key;
use crate::components::{Dialog, FormState, RevokeForm, Status, row_head};
use crate::pages::page_data::settle;
use crate::prelude::*;
use domain::{KeyView, RevokeKeyForm};
use leptos::task::spawn_local;

const TITLE: &str = "revoke-key-title";
const RECEIPT: &str = "receipt";

/// Renders both dialogs. `revoking` is the key that the first of them revokes.
pub fn dialogs(revoking: RwSignal<Option<KeyView>>, rows: Rows) -> AnyView {
    let receipt = RwSignal::new(String::new());
    let pending = RwSignal::new(false);
    let body = dynamic(move || {
        let Some(key) = revoking.get() else {
            return erase(());
        };
        let form_state = FormState::new(None);
        Effect::new(move |_| pending.set(form_state.pending.get()));
        form(key, form_state, rows, receipt)
    });
    let confirmation =
        view! { <Dialog id=REVOKE title=TITLE alert=true held=pending body=erase(body)/> };
    view! {
        {confirmation}
        {receipt_dialog(receipt)}
    }
}

fn form(key: KeyView, form_state: FormState, rows: Rows, receipt: RwSignal<String>) -> AnyView {
    let used = rows.used(&key);
    let send = revoke(&key, form_state, rows, receipt);
    let name = key.name.to_string();
    let cancel = view! {
        <button type="button" class="button" command="close" commandfor=REVOKE autofocus>
            "Cancel"
        </button>
    };
    view! {
        <h2 id=TITLE>"Revoke “" {name} "”?"</h2>
        <RevokeForm
            key=key
            used=used
            clock=rows.clock
            form_state=form_state
            initial=RevokeKeyForm::default()
            on_send=send
            cancel=cancel
        />
    }
}

fn receipt_dialog(receipt: RwSignal<String>) -> AnyView {
    let body = view! {
        <h2 id="receipt-title">"Key revoked"</h2>
        <p>{dynamic(move || view! { {receipt.get()} "." })}</p>
        <div class="actions">
            <button type="button" class="button primary" command="close" commandfor=RECEIPT autofocus>
                "Done"
            </button>
        </div>
    };
    view! { <Dialog id=RECEIPT title="receipt-title" body=body/> }
}

/// Returns a callback that revokes a key, shows it as revoked, and reports how the revocation
/// reached the servers.
fn revoke(
    key: &KeyView,
    form_state: FormState,
    rows: Rows,
    receipt: RwSignal<String>,
) -> Callback<RevokeKeyForm> {
    let status = Status::current();
    let id = key.id.clone();
    Callback::new(move |form| {
        let id = id.clone();
        spawn_local(async move {
            match settle(revoke_key(id.clone(), form).await) {
                Ok(revoked) => {
                    form_state.end(None);
                    browser::close(REVOKE);
                    let ended = revoked.revocation.as_ref();
                    receipt.set(
                        ended
                            .and_then(|ended| ended.receipt.clone())
                            .unwrap_or_default(),
                    );
                    rows.replace(revoked);
                    status.announce("Key revoked");
                    // Wait until the row has been rendered again, because closing the dialog
                    // returns the focus to it.
                    request_animation_frame(move || {
                        browser::focus(&row_head(&id));
                        browser::open(RECEIPT);
                    });
                }
                Err(problem) => form_state.end(Some(problem)),
            }
        });
    })
}
