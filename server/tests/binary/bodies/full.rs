//! Bodies of the maximum size, full of parts for which a reader might keep more than was sent.

use super::refused;
use super::support::{BODY, CSV, FEED, JSON, MIB, Tried, XML, filled};

/// Length of bodies in which every small part costs the reader a step. It is enough to show how
/// much the reader keeps for each.
const STEPS: usize = FEED / 8;

const MALFORMED: (u16, &str) = (400, "malformed_body");
const INVALID: (u16, &str) = (422, "invalid_body");

struct Full<'a> {
    of: &'a str,
    parts: [&'a str; 3],
    length: usize,
    wanted: (u16, &'a str),
}

const fn full<'a>(of: &'a str, parts: [&'a str; 3], length: usize) -> Full<'a> {
    let wanted = INVALID;
    Full {
        of,
        parts,
        length,
        wanted,
    }
}

impl Full<'_> {
    const fn malformed(mut self) -> Self {
        self.wanted = MALFORMED;
        self
    }
}

fn all_refused<const N: usize>(path: &str, kind: &str, bodies: [Full<'_>; N]) {
    let tried = Tried::new();
    for Full {
        of,
        parts: [start, part, end],
        length,
        wanted,
    } in bodies
    {
        let body = filled(start, part, end, length);
        refused(&tried, of, wanted, || tried.post(path, kind, body));
    }
}

#[test]
fn csv_feed_of_any_content_stays_within_the_memory_limit() {
    let long_name = format!("id,name,attributes.{}\n", "x".repeat(MIB));
    let bodies = [
        full("one cell", ["id,name\nA,\"", "x", "\""], FEED),
        full("columns", ["", ",", ""], FEED).malformed(),
        full("cells of one row", ["id,name\n", ",", ""], FEED).malformed(),
        full("quotes", ["id,name\n", "\"", ""], FEED),
        full("rows", ["id\n", "a\n", ""], FEED),
        full(
            "a name for every row",
            [&long_name, "A,b,x\n", ""],
            MIB + 30_000,
        ),
    ];
    all_refused("/api/inventory", CSV, bodies);
}

#[test]
fn xml_feed_of_any_content_stays_within_the_memory_limit() {
    const START: &str = "<inventory><item><id>A</id><name>n</name>";
    const END: &str = "</item></inventory>";
    let description = format!("{START}<description>");
    let described = format!("</description>{END}");
    let attributes = format!("{START}<attributes>");
    let listed = format!("</attributes>{END}");
    let bodies = [
        full("one text", [&description, "x", &described], FEED),
        full("references", [&description, "&#1;", &described], STEPS),
        full(
            "comments",
            [START, "<!---->", "<price>x</price></item></inventory>"],
            STEPS,
        ),
        full("elements", [START, "<a/>", END], STEPS),
        full("the same field", [START, "<name/>", END], STEPS),
        full("attributes", [&attributes, "<attribute/>", &listed], STEPS),
        full("open elements", [START, "<a>", ""], FEED).malformed(),
    ];
    all_refused("/api/inventory", XML, bodies);
}

#[test]
fn json_feed_of_any_content_stays_within_the_memory_limit() {
    const START: &str = "{\"items\":[{\"id\":\"A\",\"name\":\"n\",\"attributes\":{\"";
    // An item with as many errors as possible.
    let wrong = format!("{{\"attributes\":{{{}}}}},", vec!["\"\":0"; 64].join(","));
    let bodies = [
        full(
            "one text",
            ["{\"items\":[{\"id\":\"A\",\"name\":\"", "x", "\"}]}"],
            FEED,
        ),
        full("one name", [START, "x", "\":0}}]}"], FEED),
        full("members", ["{\"items\":[{", "\"\":0,", "\"\":0}]}"], STEPS),
        full("values", ["{\"items\":[", "0,", "0]}"], STEPS),
        full(
            "wrong items",
            ["{\"items\":[", &wrong, "0]}"],
            4_900 * wrong.len(),
        ),
    ];
    all_refused("/api/inventory?on_error=skip", JSON, bodies);
}

#[test]
fn lead_of_any_content_stays_within_the_memory_limit() {
    let bodies = [
        full(
            "one text",
            ["{\"phone\":\"1\",\"message\":\"", "x", "\"}"],
            BODY,
        ),
        full("one name", ["{\"phone\":\"1\",\"", "x", "\":0}"], BODY),
        full("members", ["{", "\"\":0,", "\"\":0}"], BODY),
    ];
    all_refused("/api/leads", JSON, bodies);
}
