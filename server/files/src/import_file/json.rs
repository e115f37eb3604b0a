//! JSON files in other forms than a feed: an array of items, and JSON Lines with one item on each
//! line, as the console exports them. They are converted to a feed.

use crate::json::{MAX_ELEMENTS, Members, array, object};
use serde_json::value::RawValue;

/// Fields that an export has and an import ignores.
const IGNORED: [&str; 1] = ["updated_at"];

/// A feed, as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Conversion {
    pub text: String,
    /// The line of each item of JSON Lines. Empty for other files.
    pub lines: Vec<usize>,
}

/// Converts a JSON file to a feed. Returns `None` if it is a feed already, or malformed.
///
/// # Errors
/// If a line of JSON Lines is not an object. `is_json_lines` is whether the file's name declares
/// JSON Lines.
pub fn convert(text: &str, is_json_lines: bool) -> Result<Option<Conversion>, String> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(value) => Ok(of_value(value)),
        Err(_) if is_json_lines || begins_with_object(text) => of_lines(text).map(Some),
        Err(_) => Ok(None),
    }
}

fn of_value(value: &RawValue) -> Option<Conversion> {
    if let Some(list) = array(value) {
        return Some(list_of(value, list.elements, list.is_truncated));
    }
    let Members { members, .. } = object(value)?;
    match members.iter().find(|(name, _)| name == "items") {
        // With any other member, the feed is refused as it is.
        Some((_, items)) if members.len() == 1 => {
            let list = array(items)?;
            Some(list_of(items, list.elements, list.is_truncated))
        }
        None if members.iter().any(|(name, _)| name == "id") => {
            Some(list_of(value, vec![value], false))
        }
        Some(_) | None => None,
    }
}

fn list_of(list: &RawValue, elements: Vec<&RawValue>, is_truncated: bool) -> Conversion {
    // There are too many of them, which is the fault of the feed.
    if is_truncated {
        let text = format!("{{\"items\":{}}}", list.get());
        return Conversion {
            text,
            lines: Vec::new(),
        };
    }
    let mut feed = Feed::default();
    for element in elements {
        feed.push(element);
    }
    feed.end(Vec::new())
}

/// Returns whether the first line is a complete object.
fn begins_with_object(text: &str) -> bool {
    let line = text.lines().find(|line| !line.trim().is_empty());
    let value = line.and_then(|line| serde_json::from_str::<&RawValue>(line).ok());
    value.is_some_and(|value| value.get().starts_with('{'))
}

fn of_lines(text: &str) -> Result<Conversion, String> {
    let mut feed = Feed::default();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let value: Result<&RawValue, _> = serde_json::from_str(line);
        let value = value.ok().filter(|value| value.get().starts_with('{'));
        let Some(value) = value else {
            return Err(format!(
                "Line {number} is not a JSON object. Write each item on a line of its own."
            ));
        };
        feed.push(value);
        lines.push(number);
        // One more than a feed may have, so that it is refused.
        if lines.len() > MAX_ELEMENTS {
            break;
        }
    }
    Ok(feed.end(lines))
}

#[derive(Default)]
struct Feed {
    items: String,
}

impl Feed {
    /// Appends an item without the fields that are ignored.
    fn push(&mut self, item: &RawValue) {
        if !self.items.is_empty() {
            self.items.push(',');
        }
        let members = object(item).filter(|item| !item.is_truncated);
        let is_ignored = |name: &str| IGNORED.contains(&name);
        let Some(Members { members, .. }) =
            members.filter(|item| item.members.iter().any(|(name, _)| is_ignored(name)))
        else {
            self.items.push_str(item.get());
            return;
        };
        let members = members.iter().filter(|(name, _)| !is_ignored(name));
        let members = members.map(|(name, value)| {
            let name = serde_json::to_string(name).expect("a text is always JSON");
            format!("{name}:{}", value.get())
        });
        let members: Vec<_> = members.collect();
        self.items.push('{');
        self.items.push_str(&members.join(","));
        self.items.push('}');
    }

    fn end(self, lines: Vec<usize>) -> Conversion {
        let text = format!("{{\"items\":[{}]}}", self.items);
        Conversion { text, lines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(text: &str) -> Option<(String, Vec<usize>)> {
        let conversion = convert(text, false).unwrap();
        conversion.map(|conversion| (conversion.text, conversion.lines))
    }

    #[test]
    fn json_arrays_and_lines_become_feeds_without_updated_at() {
        let (a, b) = (
            r#"{"id":"A","updated_at":"x","name":"\u0061"}"#,
            r#"{"id":"B"}"#,
        );
        let items = r#"{"items":[{"id":"A","name":"\u0061"},{"id":"B"}]}"#.to_owned();
        for text in [
            format!("[{a},{b}]"),
            format!(" [\n{a} ,\n{b}\n]\n"),
            format!("{{\"items\":[{a},{b}]}}"),
        ] {
            assert_eq!(feed(&text), Some((items.clone(), Vec::new())), "{text}");
        }
        for (text, lines) in [
            (format!("{a}\n{b}\n"), vec![1, 2]),
            (format!("\n{a}\r\n \r\n{b}"), vec![2, 4]),
        ] {
            assert_eq!(feed(&text), Some((items.clone(), lines)), "{text}");
        }
        let one = r#"{"items":[{"id":"B"}]}"#.to_owned();
        assert_eq!(feed(b), Some((one, Vec::new())));
    }

    #[test]
    fn malformed_files_and_other_objects_are_left_to_the_feed_parser() {
        for text in [
            "{",
            "[1,",
            "{\"products\":[]}",
            "{\"items\":[],\"next\":1}",
            "5",
            "",
        ] {
            assert_eq!(feed(text), None, "{text}");
        }
        // Members that are repeated are a fault of the item.
        let twice = r#"[{"id":"A","id":"B"}]"#;
        assert_eq!(feed(twice).unwrap().0, r#"{"items":[{"id":"A","id":"B"}]}"#);
    }

    #[test]
    fn line_that_is_not_an_object_is_named_in_the_error() {
        for text in [
            "{\"id\":\"A\"}\n{\"id\":",
            "{\"id\":\"A\"}\n[1]",
            "{}\n{},{}",
        ] {
            let error = convert(text, true).unwrap_err();
            assert!(error.starts_with("Line 2 is not a JSON object."), "{error}");
        }
    }

    #[test]
    fn excess_items_are_passed_on_so_that_the_feed_parser_rejects_them() {
        let array = format!("[{}{{}}]", "{},".repeat(MAX_ELEMENTS));
        let lines = "{}\n".repeat(MAX_ELEMENTS + 5);
        for text in [array, lines] {
            let text = feed(&text).unwrap().0;
            assert_eq!(text.matches("{}").count(), MAX_ELEMENTS + 1);
        }
    }
}
