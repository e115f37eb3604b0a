//! Creating a key in the dialog of the list.

use crate::browser;
use crate::calls::{create_key, list_keys};
use crate::components::{KeyCreation, Problem, Status};
use crate::pages::page_data::settle;
use crate::prelude::*;
use domain::{CreateKeyForm, KeyView, KeysPage, NewKeyOptions};
use leptos::task::spawn_local;

/// Returns a callback that submits the create form.
///
/// `on_created` receives the new row, `on_renewed` the list that arrives together with the token of
/// the next form.
pub fn create_callback(
    creation: KeyCreation,
    on_created: Callback<KeyView>,
    on_renewed: Callback<KeysPage>,
) -> Callback<CreateKeyForm> {
    let status = Status::current();
    // The form's one-time token was submitted and cannot create another key, whatever the outcome.
    let spent = StoredValue::new(false);
    let renew = move || async move {
        let page = settle(list_keys(browser::search()).await)?;
        if let Some(options) = &page.new_key {
            creation.options.set(options.clone());
            spent.set_value(false);
        }
        on_renewed.run(page);
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
            match settle(create_key(form).await) {
                Ok(issued) => {
                    spent.set_value(true);
                    let key = issued.key.clone();
                    creation.issued.set(Some(issued));
                    creation.form_state.end(None);
                    on_created.run(key);
                    status.say("Key created");
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
