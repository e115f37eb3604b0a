//! An action that the search offers, and how well it matches what was typed.

use crate::typed_words::name_it;
use domain::Role;

/// An action, or a page with other words for it.
#[derive(Clone, Copy)]
pub struct Action {
    pub text: &'static str,
    /// Explains how to continue; may be empty.
    pub detail: &'static str,
    pub href: &'static str,
    /// Selector of the control of the menu that does this; may be empty.
    pub press: &'static str,
    /// Other words for the action, in lower case.
    pub words: &'static str,
    pub is_allowed: fn(Role) -> bool,
    /// Whether it is offered before anything is typed.
    is_frequent: bool,
    /// Whether it cannot be undone and affects many keys, so that it comes last.
    is_drastic: bool,
}

pub const fn action(
    text: &'static str,
    href: &'static str,
    words: &'static str,
    is_allowed: fn(Role) -> bool,
) -> Action {
    Action {
        text,
        detail: "",
        href,
        press: "",
        words,
        is_allowed,
        is_frequent: false,
        is_drastic: false,
    }
}

impl Action {
    pub const fn detail(self, detail: &'static str) -> Self {
        Self { detail, ..self }
    }

    pub const fn press(self, press: &'static str) -> Self {
        Self { press, ..self }
    }

    pub const fn frequent(self) -> Self {
        Self {
            is_frequent: true,
            ..self
        }
    }

    pub const fn drastic(self) -> Self {
        Self {
            is_drastic: true,
            ..self
        }
    }

    /// Returns how well the action matches typed words: the lower, the better. `None` means that it
    /// does not match.
    fn rank(&self, typed: &[String]) -> Option<u8> {
        if typed.is_empty() {
            return self.is_frequent.then_some(0);
        }
        let text = self.text.to_lowercase();
        let in_text = |word: &String| text.contains(word.as_str());
        if !name_it(typed, self.text, self.words) {
            return None;
        }
        let begins = text.starts_with(typed[0].as_str());
        Some(match (self.is_drastic, typed.iter().all(in_text), begins) {
            (false, true, true) => 0,
            (false, true, false) => 1,
            (false, false, _) => 2,
            (true, ..) => 3,
        })
    }

    /// Returns whether the text of the action contains the typed words and begins with the first of
    /// them. It is never true of a drastic action.
    pub fn begins_with(&self, typed: &[String]) -> bool {
        !typed.is_empty() && self.rank(typed) == Some(0)
    }
}

/// Returns the actions that match the typed words, the best first.
pub fn ranked(actions: impl Iterator<Item = Action>, typed: &[String]) -> Vec<Action> {
    let ranked = actions.filter_map(|action| Some((action.rank(typed)?, action)));
    let mut ranked: Vec<_> = ranked.collect();
    // The sort is stable, so that equally good actions stay in the order of the list.
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, action)| action).collect()
}
