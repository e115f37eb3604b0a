//! Sentences about receipts.

use service::store::Receipt;

/// Describes how a change reached the nodes, either to the member who confirmed it in a dialog or
/// to anyone else. The text has no full stop at its end.
pub fn describe(receipt: Receipt, to_its_maker: bool) -> String {
    let Receipt {
        nodes,
        acknowledged,
        millis,
    } = receipt;
    let of = match nodes {
        0 => return "No server was running".to_owned(),
        1 => "node",
        _ => "nodes",
    };
    let all = if to_its_maker {
        format!("Rejected on {acknowledged} of {nodes} {of}, {millis} ms after you confirmed")
    } else {
        format!("Rejected on {acknowledged} of {nodes} {of} after {millis} ms")
    };
    match nodes - acknowledged {
        0 => all,
        1 => format!("{all}. One did not respond: until it does, it accepts no key from memory"),
        silent => {
            format!(
                "{all}. {silent} did not respond: until they do, they accept no key from memory"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipt_counts_the_nodes_that_refuse_the_key_and_describes_the_others() {
        for (nodes, acknowledged, text) in [
            (1, 1, "Rejected on 1 of 1 node, 41 ms after you confirmed"),
            (3, 3, "Rejected on 3 of 3 nodes, 41 ms after you confirmed"),
            (
                3,
                2,
                "Rejected on 2 of 3 nodes, 41 ms after you confirmed. One did not respond: until it does, it accepts no key from memory",
            ),
            (
                3,
                1,
                "Rejected on 1 of 3 nodes, 41 ms after you confirmed. 2 did not respond: until they do, they accept no key from memory",
            ),
        ] {
            let receipt = Receipt {
                nodes,
                acknowledged,
                millis: 41,
            };
            assert_eq!(describe(receipt, true), text);
            let others = text.replace(", 41 ms after you confirmed", " after 41 ms");
            assert_eq!(describe(receipt, false), others);
        }
        let no_node = Receipt {
            nodes: 0,
            acknowledged: 0,
            millis: 41,
        };
        assert_eq!(describe(no_node, false), "No server was running");
    }
}
