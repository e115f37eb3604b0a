//! Creating a key: the form, and then the only time that the key is shown.

use super::{FormState, NewKeyForm, SaveKey};
use crate::browser;
use crate::prelude::*;
use domain::{CreateKeyForm, FirstCallView, IssuedKey, NewKeyOptions};

/// State of the creation of a key.
#[derive(Clone, Copy)]
pub struct Issue {
    pub form_state: FormState,
    pub options: RwSignal<NewKeyOptions>,
    /// The only place in the browser that holds a secret, cleared when the person is done.
    ///
    /// It is never a resource, which would be serialised into the page, nor an action, which would
    /// keep its value.
    pub issued: RwSignal<Option<IssuedKey>>,
    /// Progress of the key's first call; `None` until an update arrives.
    pub first_call: RwSignal<Option<FirstCallView>>,
    /// Whether the person is being asked to confirm leaving without the key.
    pub asking: RwSignal<bool>,
}

impl Issue {
    pub fn new(form_state: FormState, options: NewKeyOptions, issued: Option<IssuedKey>) -> Self {
        Self {
            form_state,
            options: RwSignal::new(options),
            issued: RwSignal::new(issued),
            first_call: RwSignal::new(None),
            asking: RwSignal::new(false),
        }
    }

    /// Returns whether a key is being created or shown; if so, only the person may dismiss it.
    pub fn holds(self) -> bool {
        self.form_state.pending.get() || self.issued.with(Option::is_some)
    }

    /// Asks for confirmation before a shown key is lost.
    pub fn ask(self) {
        if self.issued.with_untracked(Option::is_some) {
            self.asking.set(true);
        }
    }

    /// Clears the secret.
    pub fn forget(self) {
        self.issued.set(None);
        self.first_call.set(None);
        self.asking.set(false);
    }
}

pub const TITLE: &str = "new-key-title";

#[component]
pub fn NewKey(
    issue: Issue,
    initial: CreateKeyForm,
    /// Whether this is a page of its own, which is not hydrated.
    #[prop(optional)]
    server_only: bool,
    on_send: Callback<CreateKeyForm>,
    on_done: Callback<()>,
    /// Renders the control that leaves the form.
    cancel: fn() -> AnyView,
) -> impl IntoView {
    let shown = Memo::new(move |_| issue.issued.with(Option::is_some));
    let text = text_signal(move || {
        if shown.get() {
            "Save your API key"
        } else {
            "Create API Key"
        }
    });
    let title = if server_only {
        view! { <h1 id=TITLE>{text}</h1> }
    } else {
        view! {
            <h2 id=TITLE tabindex="-1">
                {text}
            </h2>
        }
    };
    let step = dynamic(move || {
        if let Some(issued) = issue.issued.get() {
            view! { <SaveKey issued=issued server_only=server_only issue=issue on_done=on_done/> }
        } else {
            view! {
                <NewKeyForm
                    options=issue.options
                    initial=initial.clone()
                    form_state=issue.form_state
                    on_send=on_send
                    cancel=cancel()
                />
            }
        }
    });
    Effect::new(move |_| {
        if shown.get() {
            browser::focus(TITLE);
        }
    });
    Effect::new(move |_| {
        let guarded = move || issue.issued.with_untracked(Option::is_some);
        browser::guard_leaving(guarded, move || issue.ask());
        // The browser may keep the page in its back/forward cache.
        browser::on_leaving(move || issue.forget());
    });
    view! {
        {title}
        {step}
    }
}
