//! Forms that were sent after the session had ended, in memory, until the member has signed in.
//!
//! Anyone can send such a form, so number, size and time are bounded. If there are too many, the
//! oldest one is dropped: its member finds an empty form.

use domain::{MemberId, Timestamp};
use service::{OsRandom, Random as _};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// Maximum number of forms on this server.
const MAX_FORMS: usize = 64;
/// Maximum size of a form in memory, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// Time for which a form is kept: long enough to sign in with a password and a code.
pub const KEPT_SECONDS: i64 = 15 * 60;

/// Names and values in the order in which they were sent.
pub type FieldValues = Vec<(String, Zeroizing<String>)>;

/// A form, and who may see it again.
#[derive(Debug)]
pub struct KeptForm {
    /// Known only to the browser that sent the form.
    pub id: String,
    /// The member for whom the page of the form was rendered.
    pub member: MemberId,
    /// Path of the page of the form.
    pub page: String,
    pub fields: FieldValues,
}

/// All forms that this server keeps.
pub struct KeptForms {
    /// Oldest first, each with the time at which it expires.
    forms: Mutex<VecDeque<(Timestamp, KeptForm)>>,
    /// Key of the MAC of a form's owner, so that no client can compute one.
    secret: Zeroizing<[u8; 32]>,
}

impl Default for KeptForms {
    /// Draws a new secret.
    fn default() -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        OsRandom.fill(&mut *secret);
        Self {
            forms: Mutex::default(),
            secret,
        }
    }
}

impl KeptForms {
    /// Returns what only this server knows.
    pub fn secret(&self) -> &[u8] {
        &*self.secret
    }

    /// Keeps a form, which replaces an earlier one with the same id. Returns `false` if it is too
    /// large.
    pub fn keep(&self, form: KeptForm, now: Timestamp) -> bool {
        let overhead = size_of::<(String, Zeroizing<String>)>();
        let size = |(name, value): &(String, Zeroizing<String>)| {
            overhead + name.capacity() + value.capacity()
        };
        if form.fields.iter().map(size).sum::<usize>() > MAX_BYTES {
            return false;
        }
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|(expires_at, kept)| *expires_at > now && kept.id != form.id);
        if forms.len() >= MAX_FORMS {
            forms.pop_front();
        }
        forms.push_back((now.plus_seconds(KEPT_SECONDS), form));
        true
    }

    /// Returns the fields of the form with this id, if this member filled it in on the page at this
    /// path.
    pub fn find(
        &self,
        id: &str,
        member: &MemberId,
        page: &str,
        now: Timestamp,
    ) -> Option<FieldValues> {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|(expires_at, _)| *expires_at > now);
        let mut forms = forms.iter().map(|(_, form)| form);
        let found =
            forms.find(|kept| kept.id == id && kept.member == *member && kept.page == page)?;
        Some(found.fields.clone())
    }

    /// Forgets the form with this id, which its member has seen.
    pub fn forget(&self, id: &str) {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|(_, kept)| kept.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn member(digit: char) -> MemberId {
        let id = format!("01890f3e-0000-7000-8000-00000000000{digit}");
        MemberId::parse(&id).unwrap()
    }

    fn form(id: &str, value: &str) -> KeptForm {
        KeptForm {
            id: id.to_owned(),
            member: member('1'),
            page: "/keys/new".to_owned(),
            fields: vec![("name".to_owned(), Zeroizing::new(value.to_owned()))],
        }
    }

    #[test]
    fn form_is_found_by_its_member_on_its_page_until_it_is_forgotten() {
        let forms = KeptForms::default();
        assert!(forms.keep(form("a", "first"), NOW));
        assert!(forms.keep(form("a", "second"), NOW));
        let find = |id, digit, page| forms.find(id, &member(digit), page, NOW);
        assert_eq!(find("b", '1', "/keys/new"), None, "of another browser");
        assert_eq!(find("a", '2', "/keys/new"), None, "of another member");
        assert_eq!(find("a", '1', "/settings"), None, "on another page");
        let fields = find("a", '1', "/keys/new").unwrap();
        assert_eq!(fields[0].1.as_str(), "second");
        forms.forget("b");
        assert!(find("a", '1', "/keys/new").is_some());
        forms.forget("a");
        assert_eq!(find("a", '1', "/keys/new"), None);
    }

    #[test]
    fn form_expires() {
        let forms = KeptForms::default();
        assert!(forms.keep(form("a", "x"), NOW));
        let late = NOW.plus_seconds(KEPT_SECONDS);
        assert_eq!(forms.find("a", &member('1'), "/keys/new", late), None);
    }

    #[test]
    fn number_and_size_of_forms_are_bounded() {
        let forms = KeptForms::default();
        assert!(!forms.keep(form("large", &"x".repeat(MAX_BYTES)), NOW));
        let mut many = form("many", "");
        many.fields = vec![(String::new(), Zeroizing::default()); MAX_BYTES / 40];
        assert!(!forms.keep(many, NOW));
        for id in 0..=MAX_FORMS {
            assert!(forms.keep(form(&id.to_string(), "x"), NOW));
        }
        assert_eq!(forms.forms.lock().unwrap().len(), MAX_FORMS);
        assert_eq!(forms.find("0", &member('1'), "/keys/new", NOW), None);
        assert!(forms.find("1", &member('1'), "/keys/new", NOW).is_some());
    }
}
