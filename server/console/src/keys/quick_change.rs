//! Edits that make a single change to a key, as the buttons on its page do. The notice about such
//! an edit names the change.

use app::request::Flash;
use domain::{EditKeyForm, Scope};

/// A change of one setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuickChange {
    Removed(Scope),
    /// The key now expires later than on this day.
    Extended(LastDay),
}

/// A day of the calendar, as the edit form takes it: `2027-02-28`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastDay {
    year: u32,
    month: u32,
    day: u32,
}

impl LastDay {
    /// Parses the form's text; `None` if it cannot be a day.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = text.bytes().enumerate();
        let has_shape = bytes.all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if !has_shape || text.len() != "2027-02-28".len() {
            return None;
        }
        let mut parts = text.split('-').map(|part| part.parse().ok());
        let mut next = || parts.next().flatten();
        Some(Self {
            year: next()?,
            month: next()?,
            day: next()?,
        })
    }
}

impl std::fmt::Display for LastDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl QuickChange {
    /// Returns the change that the form makes, if it makes exactly one of these.
    pub fn of(form: &EditKeyForm) -> Option<Self> {
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
        // In this notation, the order of the texts is the order of the days.
        let (day, later) = (
            LastDay::parse(&before.last_day)?,
            LastDay::parse(&form.last_day)?,
        );
        let is_later = day.to_string() < later.to_string();
        (before.scopes == form.scopes && is_later).then_some(Self::Extended(day))
    }

    /// Returns the word and the number of the notice about this change.
    pub fn notice(self) -> (&'static str, u32) {
        match self {
            Self::Removed(scope) => {
                let place = Scope::ALL.iter().position(|other| *other == scope);
                let place = place.and_then(|place| u32::try_from(place).ok());
                ("removed", place.unwrap_or_default())
            }
            Self::Extended(LastDay { year, month, day }) => {
                ("extended", (year * 100 + month) * 100 + day)
            }
        }
    }

    /// Reads the change from its notice.
    pub fn read(Flash { word, number }: &Flash) -> Option<Self> {
        match word.as_str() {
            "removed" => {
                let scope = Scope::ALL.get(usize::try_from(*number).ok()?);
                scope.copied().map(Self::Removed)
            }
            "extended" => Some(Self::Extended(LastDay {
                year: number / 10_000,
                month: number / 100 % 100,
                day: number % 100,
            })),
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
        QuickChange::of(&form)
    }

    #[test]
    fn only_an_edit_of_one_thing_is_a_quick_change() {
        let day = LastDay::parse("2027-02-28").unwrap();
        let removed = changed(|form| form.scopes.truncate(1));
        assert_eq!(removed, Some(QuickChange::Removed(Scope::LeadsWrite)));
        let extended = changed(|form| form.last_day = "2027-05-29".into());
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
        assert_eq!(changed(|form| form.last_day.clear()), None);
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
        let day = LastDay::parse("2027-02-08").unwrap();
        let removed = Scope::ALL.map(QuickChange::Removed);
        for change in removed.into_iter().chain([QuickChange::Extended(day)]) {
            let (word, number) = change.notice();
            let word = word.to_owned();
            assert_eq!(QuickChange::read(&Flash { word, number }), Some(change));
        }
    }

    #[test]
    fn text_that_is_not_a_day_is_not_parsed() {
        for bad in [
            "",
            "2027-2-28",
            "2027-02-28 ",
            "+027-02-28",
            "28.02.2027",
            "20270228--",
        ] {
            assert_eq!(LastDay::parse(bad), None, "{bad}");
        }
    }
}
