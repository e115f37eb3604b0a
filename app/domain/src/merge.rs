//! Three-way merge of a form that was filled before another member saved.
//!
//! The base is the form as it was filled. A field that the member left
//! as it was takes its present value; a field that the member changed keeps the change. Without
//! this, a member who confirms a stale form would undo changes of other members in fields that
//! they never touched, such as a permission that was removed. The page lists the fields that
//! another member changed.

use crate::{EditKeyForm, SettingsForm};

impl EditKeyForm {
    /// Returns one sentence for each setting of a key that has another value now.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let fields = |form: &Self| {
            [
                ("Name", form.name.clone()),
                ("Permissions", form.scopes.join(", ")),
                ("Expiration date", form.last_day.clone()),
                ("Note", form.note.clone()),
                ("Requests per second", form.limit_per_second.clone()),
                ("Burst size", form.limit_depth.clone()),
                ("Allowed IPs", form.allow_list.replace('\n', ", ")),
            ]
        };
        changes(fields(self), fields(now))
    }

    /// Returns the member's changes to `base` on top of `now`, the present settings of the key.
    /// Without a base, every field counts as changed.
    ///
    /// # Examples
    /// ```
    /// use domain::EditKeyForm;
    ///
    /// let filled = EditKeyForm { name: "Feed".into(), ..EditKeyForm::default() };
    /// let typed = EditKeyForm { note: "Daily".into(), ..filled.clone() };
    /// let now = EditKeyForm { name: "Stock feed".into(), ..filled.clone() };
    /// let merged = typed.rebase(Some(&filled), now);
    /// assert_eq!((&*merged.name, &*merged.note), ("Stock feed", "Daily"));
    /// ```
    #[must_use]
    pub fn rebase(self, base: Option<&Self>, now: Self) -> Self {
        let Some(base) = base else {
            return Self {
                seen: now.seen,
                ..self
            };
        };
        // Permissions are merged one by one. Those that are listed stay in the order of the list.
        let removed = |scope: &String| base.scopes.contains(scope) && !self.scopes.contains(scope);
        let added = self
            .scopes
            .iter()
            .filter(|scope| !base.scopes.contains(scope) && !now.scopes.contains(scope));
        let unchanged = now.scopes.iter().filter(|scope| !removed(scope));
        let scopes = unchanged.chain(added).cloned().collect();
        Self {
            name: merge_field(self.name, &base.name, now.name),
            scopes,
            last_day: merge_field(self.last_day, &base.last_day, now.last_day),
            note: merge_field(self.note, &base.note, now.note),
            limit_depth: merge_field(self.limit_depth, &base.limit_depth, now.limit_depth),
            limit_per_second: merge_field(
                self.limit_per_second,
                &base.limit_per_second,
                now.limit_per_second,
            ),
            allow_list: merge_field(self.allow_list, &base.allow_list, now.allow_list),
            shut_out: self.shut_out,
            seen: now.seen,
        }
    }
}

impl SettingsForm {
    /// Returns one sentence for each setting of the account that has another value now.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let fields = |form: &Self| {
            let must_expire = if form.keys_must_expire { "yes" } else { "no" };
            [
                ("Account name", form.account_name.clone()),
                ("Time zone", form.time_zone.clone()),
                ("Default currency", form.currency.clone()),
                ("Requests per second", form.limit_per_second.clone()),
                ("Burst size", form.limit_depth.clone()),
                ("Require expiration", must_expire.to_owned()),
                ("Maximum key lifetime (days)", form.key_max_days.clone()),
            ]
        };
        changes(fields(self), fields(now))
    }

    /// Returns the member's changes to `base` on top of `now`, the present settings of the account.
    /// Without a base, every field counts as changed.
    #[must_use]
    pub fn rebase(self, base: Option<&Self>, now: Self) -> Self {
        let Some(base) = base else {
            return Self {
                seen: now.seen,
                ..self
            };
        };
        Self {
            account_name: merge_field(self.account_name, &base.account_name, now.account_name),
            currency: merge_field(self.currency, &base.currency, now.currency),
            limit_depth: merge_field(self.limit_depth, &base.limit_depth, now.limit_depth),
            limit_per_second: merge_field(
                self.limit_per_second,
                &base.limit_per_second,
                now.limit_per_second,
            ),
            time_zone: merge_field(self.time_zone, &base.time_zone, now.time_zone),
            keys_must_expire: if self.keys_must_expire == base.keys_must_expire {
                now.keys_must_expire
            } else {
                self.keys_must_expire
            },
            key_max_days: merge_field(self.key_max_days, &base.key_max_days, now.key_max_days),
            seen: now.seen,
        }
    }
}

fn changes<const N: usize>(before: [(&str, String); N], now: [(&str, String); N]) -> Vec<String> {
    let quoted = |text: String| {
        if text.is_empty() {
            "nothing".to_owned()
        } else {
            format!("“{text}”")
        }
    };
    let changed = before
        .into_iter()
        .zip(now)
        .filter(|(before, now)| before != now);
    let sentences = changed.map(|((name, before), (_, now))| {
        format!("{name}: {} is now {}.", quoted(before), quoted(now))
    });
    sentences.collect()
}

/// Returns `now` if the text was left as it was. Browsers send line ends as CR LF.
fn merge_field(typed: String, base: &str, now: String) -> String {
    if typed.replace("\r\n", "\n").trim() == base.trim() {
        now
    } else {
        typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn filled(scopes: &[&str]) -> EditKeyForm {
        EditKeyForm {
            name: "Feed".to_owned(),
            scopes: texts(scopes),
            allow_list: "10.0.0.1\n10.0.0.2".to_owned(),
            seen: scopes.join(" "),
            ..EditKeyForm::default()
        }
    }

    #[test]
    fn permission_removed_by_another_admin_stays_removed() {
        let base = filled(&["inventory:read", "inventory:write"]);
        let mut typed = base.clone();
        typed.scopes = texts(&["inventory:read", "inventory:write", "leads:read"]);
        typed.allow_list = "10.0.0.1\r\n10.0.0.2".to_owned();
        let mut now = filled(&["inventory:read"]);
        now.allow_list = "10.0.0.3".to_owned();
        let merged = typed.rebase(Some(&base), now.clone());
        assert_eq!(merged.scopes, ["inventory:read", "leads:read"]);
        assert_eq!(merged.allow_list, "10.0.0.3");
        assert_eq!(merged.seen, now.seen);
    }

    #[test]
    fn own_changes_are_kept_and_a_permission_can_be_removed() {
        let base = filled(&["inventory:read", "inventory:write"]);
        let mut typed = base.clone();
        typed.scopes = texts(&["inventory:read"]);
        typed.name = "Stock".to_owned();
        let mut now = filled(&["inventory:read", "inventory:write", "leads:read"]);
        now.name = "Prices".to_owned();
        let merged = typed.rebase(Some(&base), now);
        assert_eq!(merged.scopes, ["inventory:read", "leads:read"]);
        assert_eq!(merged.name, "Stock");
    }

    #[test]
    fn changes_are_listed_in_the_order_of_the_form() {
        let base = filled(&[]);
        let now = EditKeyForm {
            name: "Prices".to_owned(),
            note: "Ask Grace".to_owned(),
            limit_depth: "7".to_owned(),
            limit_per_second: "3".to_owned(),
            allow_list: String::new(),
            ..base.clone()
        };
        let changes = base.changes(&now);
        let names: Vec<_> = changes
            .iter()
            .filter_map(|text| text.split(':').next())
            .collect();
        let order = [
            "Name",
            "Note",
            "Requests per second",
            "Burst size",
            "Allowed IPs",
        ];
        assert_eq!(names, order);
    }

    #[test]
    fn form_without_its_base_keeps_the_typed_values() {
        let typed = filled(&["leads:read"]);
        let merged = typed.clone().rebase(None, filled(&[]));
        assert_eq!(merged.scopes, typed.scopes);
        assert_eq!(merged.seen, filled(&[]).seen);
    }
}
