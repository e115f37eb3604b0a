//! Output of the checks, one line each.

use crate::cli::output::print_line;
use std::fmt;

/// Number of findings of each level.
#[derive(Debug, Default)]
pub struct Report {
    ok: usize,
    pub warnings: usize,
    pub errors: usize,
}

impl Report {
    pub fn ok(&mut self, subject: &str, text: &str) {
        self.ok += 1;
        print_finding("ok", subject, text);
    }

    /// Reports a finding that does not stop the server but may not be intended.
    pub fn warning(&mut self, subject: &str, text: &str) {
        self.warnings += 1;
        print_finding("warning", subject, text);
    }

    /// Reports a fault: the server does not start, or does not do what it promises.
    pub fn error(&mut self, subject: &str, text: &str) {
        self.errors += 1;
        print_finding("error", subject, text);
    }
}

/// Summarizes the report in one line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ok,
            warnings,
            errors,
        } = self;
        write!(f, "errors: {errors}, warnings: {warnings}, ok: {ok}")
    }
}

fn print_finding(level: &str, subject: &str, text: &str) {
    let text = text.replace(['\r', '\n'], " ");
    print_line(&format!("{level:<9}{subject:<13}{text}"));
}
