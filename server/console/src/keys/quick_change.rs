//! Edits that make a single change to a key, as the buttons on its page do. The notice about such
//! an edit names the change.

use app::request::Flash;
use domain::{EditKeyForm, Scope};
use service::Zone;

/// A change of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuickChange {
    Removed(Scope),
    /// The key now expires later than on this day, which is written as in the edit form.
    Extended(String),
}

impl QuickChange {
    /// Returns the change that the form makes, if it makes exactly one of these.
    pub fn of(form: &EditKeyForm, zone: &Zone) -> Option<Self> {
        let before: EditKeyForm = serde_json::from_str(&form.seen).ok()?;
        let same = |form: &EditKeyForm| EditKeyForm {
            scopes: Vec::new(),
            last_day: String::new(),
            // Browsers send line breaks as CR LF, whatever the page contained.
            note: form.note.replace('\r', ""),
            allow_list: form.allow_list.replace('\r', ""),
            shut_out: String::new(),
            seen: String::new(),
            ..form.clone()
        };
        if same(&before) != same(form) {
            return None;
        }
        let is_kept = |scope: &&String| form.scopes.contains(scope);
        let mut removed = before.scopes.iter().filter(|scope| !is_kept(scope));
        if before.last_day == form.last_day && before.scopes.len() == form.scopes.len() + 1 {
            let scope = Scope::parse(removed.next()?).ok()?;
            return removed.next().is_none().then_some(Self::Removed(scope));
        }
        let end = zone.end_of_day(&before.last_day)?;
        let is_later = end < zone.end_of_day(&form.last_day)?;
        let is_extended = before.scopes == form.scopes && is_later;
        is_extended.then(|| Self::Extended(zone.last_day(end)))
    }

    /// Returns the notice about this change.
    pub fn notice(self) -> Flash {
        match self {
            Self::Removed(scope) => Flash::with_detail("removed", scope.as_str()),
            Self::Extended(day) => Flash::with_detail("extended", day),
        }
    }

    /// Reads the change from its notice.
    pub fn read(Flash { word, detail }: &Flash) -> Option<Self> {
        match word.as_str() {
            "removed" => Scope::parse(detail).ok().map(Self::Removed),
            "extended" => Some(Self::Extended(detail.clone())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before() -> EditKeyForm {
        EditKeyForm {
            name: "CRM Sync".into(),
            scopes: vec!["leads:read".into(), "leads:write".into()],
            last_day: "2027-02-28".into(),
            note: "In the vault.\nAsk Eve.".into(),
            ..EditKeyForm::default()
        }
    }

    fn changed(change: impl FnOnce(&mut EditKeyForm)) -> Option<QuickChange> {
        let mut form = before();
        form.seen = serde_json::to_string(&before()).unwrap();
        change(&mut form);
        QuickChange::of(&form, &Zone::parse("UTC").unwrap())
    }

    #[test]
    fn only_an_edit_of_one_thing_is_a_quick_change() {
        let removed = changed(|form| form.scopes.truncate(1));
        assert_eq!(removed, Some(QuickChange::Removed(Scope::LeadsWrite)));
        let extended = changed(|form| form.last_day = "2027-05-29".into());
        let day = "2027-02-28".to_owned();
        assert_eq!(extended, Some(QuickChange::Extended(day)));
        assert_eq!(changed(|_| ()), None);
        assert_eq!(changed(|form| form.scopes.clear()), None);
        assert_eq!(
            changed(|form| form.scopes[0] = "inventory:read".into()),
            None
        );
        assert_eq!(
            changed(|form| form.scopes.push("inventory:read".into())),
            None
        );
        assert_eq!(changed(|form| form.last_day = "2027-02-27".into()), None);
        for not_a_day in ["", "2027-02-30", "28.02.2028"] {
            assert_eq!(changed(|form| form.last_day = not_a_day.into()), None);
        }
        assert_eq!(changed(|form| form.seen.clear()), None);
        let both = changed(|form| {
            form.scopes.truncate(1);
            form.last_day = "2027-05-29".into();
        });
        assert_eq!(both, None);
        let removed = changed(|form| {
            form.scopes.truncate(1);
            form.note = form.note.replace('\n', "\r\n");
        });
        assert_eq!(removed, Some(QuickChange::Removed(Scope::LeadsWrite)));
        let renamed = changed(|form| {
            form.scopes.truncate(1);
            form.name = "CRM".into();
        });
        assert_eq!(renamed, None);
    }

    #[test]
    fn quick_change_round_trips_through_its_notice() {
        let extended = QuickChange::Extended("2027-02-08".to_owned());
        let removed = Scope::ALL.map(QuickChange::Removed);
        for change in removed.into_iter().chain([extended]) {
            let notice = change.clone().notice();
            assert_eq!(QuickChange::read(&notice), Some(change));
        }
    }
}
