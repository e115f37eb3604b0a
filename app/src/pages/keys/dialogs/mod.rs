//! The dialogs of the list, whose code the browser loads when one of them is first opened.
//!
//! Each of them also exists as a page. The button that opens a dialog submits a form that leads to
//! this page, so the button works before the module has loaded, and if the code of the dialogs
//! cannot be loaded.

mod create;
mod load;
mod revoke;

use self::load::load;
use super::Rows;
use crate::browser;
use crate::components::{KeyCreation, NEW_KEY_FORM, PAGE_FORM};
use crate::prelude::*;
use crate::request::page_request;
use crate::server_html::server_html;
use domain::KeyView;
use leptos::ev::MouseEvent;
use leptos::task::{spawn_local, tick};

const CREATE: &str = "new-key";
const REVOKE: &str = "revoke-key";

/// Renders the dialogs.
type Render = fn(Dialogs) -> AnyView;

/// State of the dialogs, and what they act on.
#[derive(Clone, Copy)]
pub struct Dialogs {
    rows: Rows,
    /// `None` if the member may not create keys now.
    creation: Option<KeyCreation>,
    /// The key that the dialog revokes.
    revoking: RwSignal<Option<KeyView>>,
    /// `None` until the code of the dialogs has been loaded.
    render: RwSignal<Option<Render>>,
}

impl Dialogs {
    pub(super) fn new(rows: Rows, creation: Option<KeyCreation>) -> Self {
        Self {
            rows,
            creation,
            revoking: RwSignal::new(None),
            render: RwSignal::new(None),
        }
    }

    /// Renders the dialogs once their code has been loaded, and the form that leads to their pages.
    pub fn view(self) -> AnyView {
        // The code starts to load when a button is reached, before it is pressed.
        Effect::new(move |_| {
            browser::on_approach(PAGE_FORM, || {
                spawn_local(async {
                    let _ = load().await;
                });
            });
        });
        let dialogs = dynamic(move || {
            self.render
                .get()
                .map_or_else(|| erase(()), |render| render(self))
        });
        view! {
            <form id=PAGE_FORM method="get" inner_html=server_html(owner)></form>
            {dialogs}
        }
    }

    /// Opens the dialog that creates a key, when its button is pressed.
    pub fn create(self, event: &MouseEvent) {
        self.open(CREATE, "/keys/new".into(), event);
    }

    /// Opens the dialog that revokes a key, when the button of its row is pressed.
    pub fn revoke(self, key: KeyView, event: &MouseEvent) {
        let page = format!("/keys/{}/revoke", key.id);
        // Setting it renders an empty form, even for the same key.
        self.revoking.set(Some(key));
        self.open(REVOKE, page, event);
    }

    /// Opens a dialog, or `page` if the code of the dialogs cannot be loaded.
    fn open(self, dialog: &'static str, page: String, event: &MouseEvent) {
        browser::cancel(event);
        spawn_local(async move {
            if self.render.get_untracked().is_none() {
                match load().await {
                    // The page may have been left meanwhile.
                    Ok(render) => drop(self.render.try_set(Some(render))),
                    // The server was updated and no longer has the file, or it cannot be reached,
                    // which the browser then reports.
                    Err(_) => return browser::go(&page),
                }
            }
            tick().await;
            browser::open(dialog);
        });
    }
}

/// Renders the owner of the form that creates a key, which the dialog submits as the page does if
/// the session has ended (`server/console/src/kept_form.rs`). It belongs to that form by its id.
fn owner() -> String {
    let owner = page_request().form_owner;
    let field = view! {
        <input type="hidden" form=NEW_KEY_FORM name="owner" value=owner autocomplete="off"/>
    };
    field.to_html()
}

fn render(dialogs: Dialogs) -> AnyView {
    let create = dialogs
        .creation
        .map(|creation| create::dialog(creation, dialogs.rows));
    let revoke = revoke::dialogs(dialogs.revoking, dialogs.rows);
    view! {
        {create}
        {revoke}
    }
}
