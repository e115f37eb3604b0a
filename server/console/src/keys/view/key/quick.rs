//! Changes of a key with one button.
//!
//! Each is the edit form with its present values, of which one differs. So it is checked like any
//! other edit, and refused if the key has changed since the page was rendered.

use app::prelude::*;
use domain::{EditKeyForm, KeyId, Scope};

/// The changes that the page offers; none if the member may not change the key.
#[derive(Clone)]
pub struct QuickEdits {
    key: KeyId,
    settings: EditKeyForm,
    /// The last day of the key if it is extended, as the form takes it and in words.
    extended: Option<(String, String)>,
}

impl QuickEdits {
    pub fn new(key: KeyId, settings: EditKeyForm, extended: Option<(String, String)>) -> Self {
        Self {
            key,
            settings,
            extended,
        }
    }

    /// Renders the button that removes a permission. There is none for the last one: a member who
    /// wants to remove that should revoke the key.
    pub fn remove(&self, scope: Scope, label: &'static str) -> Option<AnyView> {
        let mut settings = self.settings.clone();
        settings.scopes.retain(|other| other != scope.as_str());
        let name = format!("{label} {}", scope.as_str());
        (!settings.scopes.is_empty()).then(|| self.form(settings, label.to_owned(), name))
    }

    /// Renders the button that gives the key more time.
    pub fn extend(&self) -> Option<AnyView> {
        let (day, text) = self.extended.clone()?;
        let settings = EditKeyForm {
            last_day: day,
            ..self.settings.clone()
        };
        let label = format!("Extend to {text}");
        Some(self.form(settings, label.clone(), label))
    }

    fn form(&self, settings: EditKeyForm, label: String, name: String) -> AnyView {
        let EditKeyForm {
            name: key_name,
            scopes,
            last_day,
            note,
            limit_depth,
            limit_per_second,
            allow_list,
            shut_out: _,
            seen,
        } = settings;
        let fields = [
            ("name", key_name),
            ("last_day", last_day),
            ("note", note),
            ("limit_depth", limit_depth),
            ("limit_per_second", limit_per_second),
            ("allow_list", allow_list),
            ("seen", seen),
        ];
        let scopes = scopes.into_iter().map(|scope| ("scopes", scope));
        let fields = fields
            .into_iter()
            .chain(scopes)
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view();
        view! {
            <form method="post" action=format!("/keys/{}/edit", self.key)>
                {fields}
                <button type="submit" class="button small" aria-label=name>{label}</button>
            </form>
        }
    }
}
