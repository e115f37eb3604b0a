//! Neutralisation of cells in CSV that a spreadsheet would evaluate as formulas.
//!
//! Their texts may come from anyone: a buyer, a feed, a browser. An export puts an apostrophe
//! before such a text, so that a spreadsheet reads it as a text (OWASP, "CSV Injection"). It also
//! puts one before a text that begins with apostrophes and such a character, so that the original
//! of each can be determined. The import of a feed removes exactly one apostrophe, so an exported
//! file restores every text.

use std::borrow::Cow;

/// Returns whether the text, without its leading apostrophes, would be evaluated as a formula.
fn is_formula(text: &str) -> bool {
    // Spreadsheets with East Asian settings treat the last four like the first four.
    const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    text.trim_start_matches('\'').starts_with(BEGINNINGS)
}

/// Returns the text as a cell of an export.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// Returns the text that a cell of a feed contains.
pub fn restore(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_is_neutralised_only_if_it_could_be_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1"] {
            assert_eq!(neutralise(evil), format!("'{evil}"));
        }
        for good in [
            "",
            "Feed",
            "1-1",
            " =1",
            "{\"a\":\"=1\"}",
            "'s-Hertogenbosch",
        ] {
            assert_eq!(neutralise(good), good);
        }
    }

    #[test]
    fn neutralised_cell_is_restored_and_any_other_cell_is_unchanged() {
        for text in [
            "=1", "'=1", "''=1", "+", "-5", "@", "'", "''", "'a", "", "a", "a=1", "＝1", "'＝1",
        ] {
            assert_eq!(restore(&neutralise(text)), text);
        }
        for cell in ["=1", "'a", "'", "-", "it's", "'90s"] {
            assert_eq!(restore(cell), cell);
        }
    }
}
