//! Cells of CSV that a spreadsheet would take for a formula, whoever wrote their texts: a buyer, a feed, a browser.
//!
//! An export puts an apostrophe before such a text, which makes it a text in a spreadsheet, too (OWASP, "CSV Injection"). It
//! also puts one before a text that begins with apostrophes and such a character, so that each of them can be told from
//! what it was written for. The import of a feed takes exactly one apostrophe away. So an exported file gives every text
//! back as it was.

use std::borrow::Cow;

/// Whether the text, without apostrophes at its beginning, is taken for a formula.
fn is_formula(text: &str) -> bool {
    // Spreadsheets in East Asian settings take the last four for the first ones.
    const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    text.trim_start_matches('\'').starts_with(BEGINNINGS)
}

/// The text as a cell of an export.
pub fn neutralised(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// The text that a cell of a feed contains.
pub fn restored(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1"] {
            assert_eq!(neutralised(evil), format!("'{evil}"));
        }
        for good in [
            "",
            "Feed",
            "1-1",
            " =1",
            "{\"a\":\"=1\"}",
            "'s-Hertogenbosch",
        ] {
            assert_eq!(neutralised(good), good);
        }
    }

    #[test]
    fn a_neutralised_cell_is_restored_and_every_other_cell_is_left_as_it_is() {
        for text in [
            "=1", "'=1", "''=1", "+", "-5", "@", "'", "''", "'a", "", "a", "a=1", "＝1", "'＝1",
        ] {
            assert_eq!(restored(&neutralised(text)), text);
        }
        for cell in ["=1", "'a", "'", "-", "it's", "'90s"] {
            assert_eq!(restored(cell), cell);
        }
    }
}
