//! Bodies of the maximum size, full of parts for which a reader might keep more than was sent.

use super::assert_refused;
use super::support::{CSV, JSON, MAX_BODY, MAX_FEED, MIB, MeasuredServer, XML, fill};

/// Length of bodies in which every small part costs the reader a step. It is enough to show how
/// much the reader keeps for each.
const MANY_PARTS: usize = MAX_FEED / 8;

const MALFORMED: (u16, &str) = (400, "malformed_body");
const INVALID: (u16, &str) = (422, "invalid_body");

struct Case<'a> {
    name: &'a str,
    parts: [&'a str; 3],
    length: usize,
    expected: (u16, &'a str),
}

const fn case<'a>(name: &'a str, parts: [&'a str; 3], length: usize) -> Case<'a> {
    let expected = INVALID;
    Case {
        name,
        parts,
        length,
        expected,
    }
}

impl Case<'_> {
    const fn malformed(mut self) -> Self {
        self.expected = MALFORMED;
        self
    }
}

fn assert_all_refused<const N: usize>(path: &str, kind: &str, bodies: [Case<'_>; N]) {
    let target = MeasuredServer::new();
    for Case {
        name,
        parts: [start, part, end],
        length,
        expected,
    } in bodies
    {
        let body = fill(start, part, end, length);
        assert_refused(&target, name, expected, || target.post(path, kind, body));
    }
}

#[test]
fn csv_feed_of_any_content_stays_within_the_memory_limit() {
    let long_name = format!("id,name,attributes.{}\n", "x".repeat(MIB));
    let bodies = [
        case("one cell", ["id,name\nA,\"", "x", "\""], MAX_FEED),
        case("columns", ["", ",", ""], MAX_FEED).malformed(),
        case("cells of one row", ["id,name\n", ",", ""], MAX_FEED).malformed(),
        case("quotes", ["id,name\n", "\"", ""], MAX_FEED),
        case("rows", ["id\n", "a\n", ""], MAX_FEED),
        case(
            "a name for every row",
            [&long_name, "A,b,x\n", ""],
            MIB + 30_000,
        ),
    ];
    assert_all_refused("/api/inventory", CSV, bodies);
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
        case("one text", [&description, "x", &described], MAX_FEED),
        case("references", [&description, "&#1;", &described], MANY_PARTS),
        case(
            "comments",
            [START, "<!---->", "<price>x</price></item></inventory>"],
            MANY_PARTS,
        ),
        case("elements", [START, "<a/>", END], MANY_PARTS),
        case("the same field", [START, "<name/>", END], MANY_PARTS),
        case(
            "attributes",
            [&attributes, "<attribute/>", &listed],
            MANY_PARTS,
        ),
        case("open elements", [START, "<a>", ""], MAX_FEED).malformed(),
    ];
    assert_all_refused("/api/inventory", XML, bodies);
}

#[test]
fn json_feed_of_any_content_stays_within_the_memory_limit() {
    const START: &str = "{\"items\":[{\"id\":\"A\",\"name\":\"n\",\"attributes\":{\"";
    // An item with as many errors as possible.
    let wrong = format!("{{\"attributes\":{{{}}}}},", vec!["\"\":0"; 64].join(","));
    let bodies = [
        case(
            "one text",
            ["{\"items\":[{\"id\":\"A\",\"name\":\"", "x", "\"}]}"],
            MAX_FEED,
        ),
        case("one name", [START, "x", "\":0}}]}"], MAX_FEED),
        case(
            "members",
            ["{\"items\":[{", "\"\":0,", "\"\":0}]}"],
            MANY_PARTS,
        ),
        case("values", ["{\"items\":[", "0,", "0]}"], MANY_PARTS),
        case(
            "wrong items",
            ["{\"items\":[", &wrong, "0]}"],
            4_900 * wrong.len(),
        ),
    ];
    assert_all_refused("/api/inventory?on_error=skip", JSON, bodies);
}

#[test]
fn lead_of_any_content_stays_within_the_memory_limit() {
    let bodies = [
        case(
            "one text",
            ["{\"phone\":\"1\",\"message\":\"", "x", "\"}"],
            MAX_BODY,
        ),
        case("one name", ["{\"phone\":\"1\",\"", "x", "\":0}"], MAX_BODY),
        case("members", ["{", "\"\":0,", "\"\":0}"], MAX_BODY),
    ];
    assert_all_refused("/api/leads", JSON, bodies);
}
