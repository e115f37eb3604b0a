//! Formatting of numbers, and the scale of bar charts.

pub use domain::number;

/// Formats a number with its noun, such as `1 call` or `1,204 calls`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Returns the grid lines of a chart whose highest bar is `max`: at most five round numbers,
/// starting at 0, of which the last is at least `max`.
pub fn scale(max: u64) -> Vec<u64> {
    let steps = (0..20).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let step = steps
        .into_iter()
        .find(|step| max.div_ceil(*step) <= 4)
        .unwrap_or(max.max(1));
    (0..=max.div_ceil(step).max(1))
        .map(|line| line * step)
        .collect()
}

/// Scales `part` of `all` to `whole` units. A part above zero is always large enough to be visible.
pub fn share(part: u64, all: u64, whole: u64) -> u64 {
    const SEEN: u64 = 100;
    if part == 0 {
        return 0;
    }
    let exact = u128::from(part) * u128::from(whole) / u128::from(all.max(1));
    u64::try_from(exact)
        .unwrap_or(whole)
        .clamp(whole / SEEN, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_has_its_noun() {
        assert_eq!(counted(1, "call", "calls"), "1 call");
        assert_eq!(counted(1_204, "call", "calls"), "1,204 calls");
    }

    #[test]
    fn scale_has_few_round_lines_and_covers_the_highest_bar() {
        for (max, lines) in [
            (0, vec![0, 1]),
            (1, vec![0, 1]),
            (3, vec![0, 1, 2, 3]),
            (7, vec![0, 2, 4, 6, 8]),
            (95, vec![0, 50, 100]),
            (1_204, vec![0, 500, 1_000, 1_500]),
        ] {
            assert_eq!(scale(max), lines, "{max}");
        }
        for max in [1, 12, 99_999, 1 << 40, u64::MAX / 8] {
            let lines = scale(max);
            assert!(lines.len() <= 5 && lines.last() >= Some(&max), "{max}");
        }
    }

    #[test]
    fn share_is_visible_if_not_zero_and_never_exceeds_the_whole() {
        assert_eq!(share(1, 2, 1_000), 500);
        assert_eq!(share(0, 2, 1_000), 0);
        assert_eq!(share(1, 1_000_000, 1_000), 10);
        assert_eq!(share(u64::MAX, u64::MAX, 1_000), 1_000);
    }
}
