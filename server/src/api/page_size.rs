//! Size limit of responses that contain a list.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use service::refusal::Refusal;
use web::telemetry::ErrorChain;

/// Bytes of a whole response.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Bytes reserved around the entries: braces, names and the cursor.
const ENVELOPE_BYTES: usize = 4 * 1024;

/// Serializes the entries of a page until the next one would not fit. The first one is always
/// included.
///
/// # Errors
/// [`Refusal::Internal`] if an entry cannot be serialized, which is a fault of the server.
pub fn take_fitting<T: Serialize>(
    entries: impl IntoIterator<Item = T>,
) -> Result<Vec<Box<RawValue>>, Refusal> {
    let mut remaining = MAX_BYTES - ENVELOPE_BYTES;
    let mut page = Vec::new();
    for entry in entries {
        let entry = to_raw_value(&entry).map_err(|error| {
            tracing::error!(error = %ErrorChain(&error), "a list entry could not be serialized");
            Refusal::Internal
        })?;
        // Including the comma after it.
        let length = entry.get().len() + 1;
        if length > remaining && !page.is_empty() {
            break;
        }
        remaining = remaining.saturating_sub(length);
        page.push(entry);
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_ends_before_the_first_entry_that_does_not_fit() {
        let third = "\"".repeat(MAX_BYTES / 6);
        let fits = |entries: &[&str]| take_fitting(entries).map(|written| written.len());
        assert_eq!(fits(&[]), Ok(0));
        assert_eq!(fits(&[&third, &third, "x"]), Ok(3));
        // Each quotation mark takes two bytes, so the last of the three does not fit.
        assert_eq!(fits(&["x", &third, &third, &third, "x"]), Ok(3));
        assert_eq!(fits(&[&third.repeat(9), "x"]), Ok(1));
    }
}
