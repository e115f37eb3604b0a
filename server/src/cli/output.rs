//! Output of the commands: results on standard output, and one line on standard error if a command
//! fails.

use std::fmt::Display;
use std::io::Write as _;

/// Prints a line for the operator. A closed output is not a reason to stop.
pub fn print_line(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints the reason for which the program stops, in one line.
pub fn print_error(reason: &dyn Display) {
    let line = reason.to_string().replace(['\r', '\n'], " ");
    eprintln!("voxum: {line}");
}
