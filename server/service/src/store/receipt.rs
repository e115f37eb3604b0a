//! Receipts of changes that every node has to know.

use serde::{Deserialize, Serialize};

/// Result of waiting until a change has reached the nodes that keep keys in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Number of nodes that were registered after the commit, including the one that made the
    /// change. A command that makes the change by itself is not a node.
    pub nodes: u32,
    /// Number of those nodes that acknowledged the change. The keys in the memory of the others
    /// expired.
    pub acknowledged: u32,
    /// Time from the beginning of the change until this result was known, in milliseconds.
    pub millis: u64,
}

impl Receipt {
    /// Describes the result, either to the member who confirmed the change in a dialog or to anyone
    /// else. The text has no full stop at its end.
    pub fn told(self, to_its_maker: bool) -> String {
        let Self {
            nodes,
            acknowledged,
            millis,
        } = self;
        let of = match nodes {
            0 => return "No server was running".to_owned(),
            1 => "node",
            _ => "nodes",
        };
        let all = if to_its_maker {
            format!("Refused on {acknowledged} of {nodes} {of}, {millis} ms after you confirmed")
        } else {
            format!("Refused on {acknowledged} of {nodes} {of} after {millis} ms")
        };
        match nodes - acknowledged {
            0 => all,
            1 => format!("{all}. One did not answer: until it does, it accepts no key from memory"),
            silent => {
                format!(
                    "{all}. {silent} did not answer: until they do, they accept no key from memory"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Receipt;

    #[test]
    fn receipt_counts_the_nodes_that_refuse_the_key_and_describes_the_others() {
        for (nodes, acknowledged, told) in [
            (1, 1, "Refused on 1 of 1 node, 41 ms after you confirmed"),
            (3, 3, "Refused on 3 of 3 nodes, 41 ms after you confirmed"),
            (
                3,
                2,
                "Refused on 2 of 3 nodes, 41 ms after you confirmed. One did not answer: until it does, it accepts no key from memory",
            ),
            (
                3,
                1,
                "Refused on 1 of 3 nodes, 41 ms after you confirmed. 2 did not answer: until they do, they accept no key from memory",
            ),
        ] {
            let receipt = Receipt {
                nodes,
                acknowledged,
                millis: 41,
            };
            assert_eq!(receipt.told(true), told);
            let others = told.replace(", 41 ms after you confirmed", " after 41 ms");
            assert_eq!(receipt.told(false), others);
        }
        let nobody = Receipt {
            nodes: 0,
            acknowledged: 0,
            millis: 41,
        };
        assert_eq!(nobody.told(false), "No server was running");
    }
}
