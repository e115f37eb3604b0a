//! Feeds in XML for search engines and social networks: RSS, Atom and the feeds of vehicles of
//! Meta. They are converted to a table whose columns are the elements of their items.

use crate::encoding::line_ends;
use crate::feed::{MAX_COLUMNS, MAX_ITEMS};
use html_escape::decode_html_entities;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Elements that contain an item, without their namespaces.
const ITEMS: [&str; 3] = ["item", "entry", "listing"];
/// The root of a feed of the API, which is not a table.
const CONSOLE_ROOT: &str = "inventory";
/// Maximum depth of elements.
const MAX_DEPTH: usize = 64;
/// Length of the longest name of a column, in bytes.
const MAX_NAME: usize = 200;

/// A table in CSV.
#[derive(Debug, PartialEq, Eq)]
pub struct Conversion {
    pub text: String,
    /// The line on which each item begins.
    pub lines: Vec<usize>,
}

/// Converts a feed to a table. Returns `None` if it is a feed of the API or has no items.
///
/// # Errors
/// If the text is malformed XML, or has too many columns.
pub fn convert(text: &str) -> Result<Option<Conversion>, String> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.allow_dangling_amp = true;
    let mut table = Table::default();
    let (mut depth, mut counted_bytes, mut line) = (0_usize, 0, 1);
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        line += text.get(counted_bytes..at).map_or(0, line_ends);
        counted_bytes = at;
        let malformed =
            |reason: &str| format!("The file is not an XML feed: {reason} (line {line}).");
        let event = reader
            .read_event()
            .map_err(|_| malformed("a tag is not well-formed"))?;
        match event {
            Event::DocType(_) => {
                return Err(malformed("it declares a document type; leave that out"));
            }
            Event::Start(_) if depth == MAX_DEPTH => {
                return Err(malformed("its elements are nested too deep"));
            }
            Event::Start(element) => {
                let name = String::from_utf8_lossy(element.local_name().as_ref()).into_owned();
                if depth == 0 && name == CONSOLE_ROOT {
                    return Ok(None);
                }
                depth += 1;
                if table.path.is_empty() && ITEMS.contains(&&*name) {
                    // One more than a feed may have, so that it is refused.
                    if table.rows.len() > MAX_ITEMS {
                        return Ok(Some(table.end()));
                    }
                    table.begin(line);
                } else if !table.path.is_empty() {
                    table.open(&element).map_err(malformed)?;
                }
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                table.close().map_err(malformed)?;
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                table.push(&text.map_err(|_| malformed("a text is not UTF-8"))?);
            }
            Event::CData(text) => {
                let text = text.xml10_content();
                table.push(&text.map_err(|_| malformed("a text is not UTF-8"))?);
            }
            Event::GeneralRef(name) => {
                let entity = format!("&{};", String::from_utf8_lossy(&name));
                table.push(&decode_html_entities(&entity));
            }
            Event::Eof if depth > 0 => return Err(malformed("it ends within an element")),
            Event::Eof => break,
            _ => {}
        }
    }
    Ok((!table.rows.is_empty()).then(|| table.end()))
}

#[derive(Default)]
struct Table {
    /// The names of the columns, and the place of each.
    names: Vec<String>,
    columns: HashMap<String, usize>,
    /// The values of each row by the places of their columns.
    rows: Vec<Vec<(usize, String)>>,
    lines: Vec<usize>,
    /// The elements that are open, from the item on.
    path: Vec<Element>,
}

/// An element that is open.
struct Element {
    /// The names from the item on, separated by periods. Empty for the item itself.
    name: String,
    text: String,
    /// The address of a link without text.
    address: Option<String>,
}

impl Table {
    fn begin(&mut self, line: usize) {
        self.rows.push(Vec::new());
        self.lines.push(line);
        self.path.push(Element {
            name: String::new(),
            text: String::new(),
            address: None,
        });
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), &'static str> {
        let attribute = |name: &str| {
            let value = element.try_get_attribute(name).ok()??;
            let value = String::from_utf8_lossy(&value.value);
            Some(decode_html_entities(&value).into_owned())
        };
        // As in `<component name="city">`.
        let name = attribute("name").unwrap_or_else(|| {
            let name = element.name();
            String::from_utf8_lossy(name.as_ref()).into_owned()
        });
        let name = match self.path.last() {
            Some(parent) if !parent.name.is_empty() => format!("{}.{name}", parent.name),
            _ => name,
        };
        if name.len() > MAX_NAME {
            return Err("the name of an element is too long");
        }
        self.path.push(Element {
            name,
            text: String::new(),
            address: attribute("href"),
        });
        Ok(())
    }

    fn push(&mut self, text: &str) {
        if let Some(element) = self.path.last_mut() {
            element.text.push_str(text);
        }
    }

    /// Closes the last element, and stores its value.
    fn close(&mut self) -> Result<(), &'static str> {
        let Some(element) = self.path.pop() else {
            return Ok(());
        };
        let text = element.text.trim();
        let value = match element.address {
            Some(address) if text.is_empty() => address,
            _ => text.to_owned(),
        };
        let (Some(row), false) = (self.rows.last_mut(), value.is_empty()) else {
            return Ok(());
        };
        // Text beside the elements of an item must not be lost.
        let name = if element.name.is_empty() {
            "text".to_owned()
        } else {
            element.name
        };
        let next = self.names.len();
        let column = *self.columns.entry(name.clone()).or_insert(next);
        if column == next {
            if next == MAX_COLUMNS {
                return Err("its items have more than 256 different elements");
            }
            self.names.push(name);
        }
        match row.iter_mut().find(|(one, _)| *one == column) {
            // As of further images.
            Some((_, value_before)) => {
                value_before.push_str(", ");
                value_before.push_str(&value);
            }
            None => row.push((column, value)),
        }
        Ok(())
    }

    fn end(self) -> Conversion {
        let mut text = String::new();
        // The prefix of Google's namespace is omitted, unless there are both names.
        let header = self.names.iter().map(|name| {
            let short = name.strip_prefix("g:").unwrap_or(name);
            if self.columns.contains_key(short) {
                name.as_str()
            } else {
                short
            }
        });
        write(&mut text, header);
        for row in &self.rows {
            let mut cells = vec![""; self.names.len()];
            for (column, value) in row {
                cells[*column] = value;
            }
            write(&mut text, cells.into_iter());
        }
        Conversion {
            text,
            lines: self.lines,
        }
    }
}

fn write<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (column, cell) in cells.enumerate() {
        if column > 0 {
            text.push(',');
        }
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push('\n');
}

#[cfg(test)]
mod tests;
