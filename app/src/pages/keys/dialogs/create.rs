//! The dialog that creates a key.

use super::{CREATE, Rows};
use crate::browser;
use crate::calls::{create_key, list_keys};
use crate::components::{Dialog, KeyCreation, NEW_KEY_TITLE, NewKey, Problem, Status, row_head};
use crate::pages::page_data::settle;
use crate::prelude::*;
use domain::{CreateKeyForm, Failure, NewKeyOptions};
use leptos::task::spawn_local;

pub fn dialog(creation: KeyCreation, rows: Rows) -> AnyView {
    Effect::new(move |_| browser::on_escape(move || creation.ask()));
    let done = Callback::new(move |()| {
        browser::close(CREATE);
        creation.forget();
        // Reading continues at the new key.
        if let Some(id) = rows
            .keys
            .with_untracked(|keys| keys.first().map(|key| row_head(&key.id)))
        {
            request_animation_frame(move || browser::focus(&id));
        }
    });
    let body = view! {
        <NewKey
            creation=creation
            initial=CreateKeyForm::default()
            on_send=send(creation, rows)
            on_done=done
            cancel=cancel
        />
    };
    view! {
        <Dialog
            id=CREATE
            title=NEW_KEY_TITLE
            held=Signal::derive(move || creation.holds())
            on_outside=Callback::new(move |()| creation.ask())
            body=body
        />
    }
}

fn cancel() -> AnyView {
    view! {
        <button type="button" class="button" command="close" commandfor=CREATE>
            "Cancel"
        </button>
    }
}

/// Returns a callback that submits the create form.
fn send(creation: KeyCreation, rows: Rows) -> Callback<CreateKeyForm> {
    let status = Status::current();
    // The form's one-time token was submitted and cannot create another key, whatever the outcome.
    let spent = StoredValue::new(false);
    // Fetches the list together with the token of the next form.
    let renew = move || async move {
        let page = settle(list_keys(browser::search()).await)?;
        if let Some(options) = &page.new_key {
            creation.options.set(options.clone());
            spent.set_value(false);
        }
        rows.renew(page);
        Ok::<(), Problem>(())
    };
    Callback::new(move |mut form: CreateKeyForm| {
        spawn_local(async move {
            if spent.get_value() {
                if let Err(problem) = renew().await {
                    return creation.form_state.end(Some(problem));
                }
                form.token = creation
                    .options
                    .with_untracked(|options: &NewKeyOptions| options.token.clone());
            }
            let created = create_key(form).await;
            // The page of the form keeps the entries until the member has signed in again.
            if created == Ok(Err(Failure::SignedOut)) {
                return browser::send_with("name", &browser::value("name"));
            }
            match settle(created) {
                Ok(issued) => {
                    spent.set_value(true);
                    let key = issued.key.clone();
                    creation.issued.set(Some(issued));
                    creation.form_state.end(None);
                    rows.add(key);
                    browser::open(CREATE);
                    status.announce("Key created");
                    // If this fails, submitting the next form renews the token.
                    let _ = renew().await;
                }
                Err(problem) => {
                    let used_up = problem.used_up;
                    creation.form_state.end(Some(problem));
                    if used_up {
                        spent.set_value(true);
                        let _ = renew().await;
                    }
                }
            }
        });
    })
}
