//! The sentence that sums up the requests of the last 7 days.

use crate::charts::{counted, number};
use service::store::CallSum;

/// Returns the numbers of accepted and rejected requests as a sentence.
pub fn summary(calls: CallSum) -> String {
    let CallSum { accepted, refused } = calls;
    match (accepted, refused) {
        (0, 0) => "No requests were sent with your API keys in the last 7 days.".to_owned(),
        (_, 0) => all(accepted, "accepted"),
        (0, _) => all(refused, "rejected"),
        _ => format!(
            "{} {} accepted and {} {} rejected in the last 7 days.",
            counted(accepted, "request", "requests"),
            were(accepted),
            number(refused),
            were(refused),
        ),
    }
}

/// Returns the number of listed requests that match the filters as a sentence.
pub fn matches(count: u64) -> String {
    let verb = if count == 1 { "matches" } else { "match" };
    format!(
        "{} of the last 7 days {verb} these filters.",
        counted(count, "rejected request", "rejected requests")
    )
}

fn all(count: u64, what: &str) -> String {
    match count {
        1 => format!("The only request of the last 7 days was {what}."),
        _ => format!(
            "All {} requests of the last 7 days were {what}.",
            number(count)
        ),
    }
}

const fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_counts_accepted_and_rejected_requests() {
        for (accepted, refused, sentence) in [
            (
                0,
                0,
                "No requests were sent with your API keys in the last 7 days.",
            ),
            (1, 0, "The only request of the last 7 days was accepted."),
            (12, 0, "All 12 requests of the last 7 days were accepted."),
            (0, 1, "The only request of the last 7 days was rejected."),
            (0, 3, "All 3 requests of the last 7 days were rejected."),
            (
                1,
                1,
                "1 request was accepted and 1 was rejected in the last 7 days.",
            ),
            (
                1_204,
                3,
                "1,204 requests were accepted and 3 were rejected in the last 7 days.",
            ),
        ] {
            assert_eq!(summary(CallSum { accepted, refused }), sentence);
        }
    }

    #[test]
    fn matching_requests_are_counted() {
        for (count, sentence) in [
            (
                0,
                "0 rejected requests of the last 7 days match these filters.",
            ),
            (
                1,
                "1 rejected request of the last 7 days matches these filters.",
            ),
            (
                1_204,
                "1,204 rejected requests of the last 7 days match these filters.",
            ),
        ] {
            assert_eq!(matches(count), sentence);
        }
    }
}
