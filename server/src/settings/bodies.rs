//! Limits of large bodies: memory and threads.

use super::{SettingsError, invalid};
use web::BodyLimits;

const MIB: u64 = 1024 * 1024;
/// In MiB. The smallest value has room for a feed of maximum size, which counts twice.
const MEMORY: std::ops::RangeInclusive<u64> = 32..=1_048_576;
const FEEDS: std::ops::RangeInclusive<usize> = 1..=64;

pub(super) fn read(memory: &str, feeds: &str) -> Result<BodyLimits, SettingsError> {
    let memory_bytes = memory.parse().ok().filter(|mib| MEMORY.contains(mib));
    let feeds_at_once = feeds.parse().ok().filter(|at_once| FEEDS.contains(at_once));
    Ok(BodyLimits {
        memory: MIB
            * memory_bytes.ok_or_else(|| {
                invalid(
                    "VOXUM_BODY_MEMORY (--body-memory)",
                    memory,
                    "a number of MiB from 32 to 1048576",
                )
            })?,
        feeds_at_once: feeds_at_once.ok_or_else(|| {
            invalid(
                "VOXUM_FEEDS_AT_ONCE (--feeds-at-once)",
                feeds,
                "a number from 1 to 64",
            )
        })?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_values_match_the_command_line() {
        assert_eq!(read("256", "2"), Ok(BodyLimits::default()));
    }

    #[test]
    fn invalid_numbers_are_rejected_with_the_name_of_their_setting() {
        for (memory, feeds, name) in [
            ("31", "2", "VOXUM_BODY_MEMORY"),
            ("1048577", "2", "VOXUM_BODY_MEMORY"),
            ("256MiB", "2", "VOXUM_BODY_MEMORY"),
            ("256", "0", "VOXUM_FEEDS_AT_ONCE"),
            ("256", "65", "VOXUM_FEEDS_AT_ONCE"),
        ] {
            let line = read(memory, feeds).unwrap_err().0;
            assert!(line.starts_with(name), "{line}");
        }
    }
}
