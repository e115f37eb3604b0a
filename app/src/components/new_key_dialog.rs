//! The dialog that creates a key.

use super::{Dialog, KeyCreation, NEW_KEY_TITLE, NewKey};
use crate::browser;
use crate::prelude::*;
use domain::CreateKeyForm;

pub const NEW_KEY_DIALOG: &str = "new-key";

#[component]
pub fn NewKeyDialog(
    creation: KeyCreation,
    on_send: Callback<CreateKeyForm>,
    on_done: Callback<()>,
) -> impl IntoView {
    Effect::new(move |_| browser::on_escape(move || creation.ask()));
    let done = Callback::new(move |()| {
        browser::close(NEW_KEY_DIALOG);
        on_done.run(());
    });
    let body = view! {
        <NewKey
            creation=creation
            initial=CreateKeyForm::default()
            on_send=on_send
            on_done=done
            cancel=cancel
        />
    };
    view! {
        <Dialog
            id=NEW_KEY_DIALOG
            title=NEW_KEY_TITLE
            held=Signal::derive(move || creation.holds())
            on_outside=Callback::new(move |()| creation.ask())
            body=body
        />
    }
}

fn cancel() -> AnyView {
    view! {
        <button type="button" class="button" command="close" commandfor=NEW_KEY_DIALOG>
            "Cancel"
        </button>
    }
}

/// Opens the dialog, even without script if the browser supports `command` buttons.
#[component]
pub fn NewKeyButton() -> impl IntoView {
    view! {
        <button type="button" class="button primary" command="show-modal" commandfor=NEW_KEY_DIALOG>
            <super::Icon name="#i-plus"/>
            "Create API Key"
        </button>
        <a class="without-script" href="/keys/new">
            "Open in full page"
        </a>
    }
}
