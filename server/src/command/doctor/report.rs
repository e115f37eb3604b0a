//! Output of the checks, one line each.

use crate::serve::say;
use std::fmt;

/// Number of lines of each kind.
#[derive(Debug, Default)]
pub struct Report {
    well: usize,
    pub look: usize,
    pub wrong: usize,
}

impl Report {
    pub fn well(&mut self, about: &str, text: &str) {
        self.well += 1;
        line("ok", about, text);
    }

    /// Reports a finding that does not stop the server but may not be intended.
    pub fn look(&mut self, about: &str, text: &str) {
        self.look += 1;
        line("look", about, text);
    }

    /// Reports a fault: the server does not start, or does not do what it promises.
    pub fn wrong(&mut self, about: &str, text: &str) {
        self.wrong += 1;
        line("WRONG", about, text);
    }
}

/// Summarizes the report in one line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { well, look, wrong } = self;
        write!(f, "wrong: {wrong}, worth a look: {look}, well: {well}")
    }
}

fn line(verdict: &str, about: &str, text: &str) {
    let text = text.replace(['\r', '\n'], " ");
    say(&format!("{verdict:<6}{about:<13}{text}"));
}
