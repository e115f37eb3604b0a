//! The size of the answer to a list.

use super::problem::Problem;
use crate::telemetry::Chain;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// Bytes of a whole answer.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of it around the entries: braces, names and the cursor.
const AROUND: usize = 4 * 1024;

/// Writes the entries of a page, one by one, until the next one would not fit. The first one always does.
///
/// # Errors
/// [`Problem::Internal`] if an entry cannot be written, which is a fault of ours.
pub fn fitting<T: Serialize>(
    entries: impl IntoIterator<Item = T>,
) -> Result<Vec<Box<RawValue>>, Problem> {
    let mut left = MAX_BYTES - AROUND;
    let mut written = Vec::new();
    for entry in entries {
        let entry = to_raw_value(&entry).map_err(|error| {
            tracing::error!(error = %Chain(&error), "an entry of a list could not be written");
            Problem::Internal
        })?;
        // With the comma after it.
        let length = entry.get().len() + 1;
        if length > left && !written.is_empty() {
            break;
        }
        left = left.saturating_sub(length);
        written.push(entry);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_before_the_entry_that_does_not_fit() {
        let third = "\"".repeat(MAX_BYTES / 6);
        let fits = |entries: &[&str]| fitting(entries).map(|written| written.len());
        assert_eq!(fits(&[]), Ok(0));
        assert_eq!(fits(&[&third, &third, "x"]), Ok(3));
        // Each quotation mark takes two bytes, so a third of these is left out.
        assert_eq!(fits(&["x", &third, &third, &third, "x"]), Ok(3));
        assert_eq!(fits(&[&third.repeat(9), "x"]), Ok(1));
    }
}
