//! XML feeds: an `<inventory>` of `<item>` elements.
//!
//! An item contains its fields as elements, and its attributes as
//! `<attributes><attribute name="color">red</attribute></attributes>`.
//!
//! The parser pulls one event after the other and never fetches anything. It refuses a document
//! type, which could declare entities. An empty element is a field without a value.

mod text;

use super::{
    Absent, FeedError, MAX_ITEMS, cap_errors, duplicate_field, item_count_error, pointer, set,
    unknown_field,
};
use crate::encoding::{self, line_ends};
use crate::json::MAX_MEMBERS;
use crate::json::fields::too_many_members;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use service::inventory::{EntryCode, EntryError, ItemDraft, Position};

/// Most nested elements in a place where no elements are expected.
const MAX_DEPTH: usize = 64;

pub fn read(text: &str, absent: Absent) -> Result<Vec<ItemDraft>, FeedError> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = true;
    // An ampersand that does not begin an entity is an error of its item and not of the whole text.
    config.allow_dangling_amp = true;
    let feed = Feed {
        reader,
        text,
        absent,
        counted_bytes: 0,
        line: 1,
    };
    feed.inventory()
}

struct Feed<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    absent: Absent,
    /// The number of bytes whose line ends have been counted: all up to the beginning of the last
    /// event.
    counted_bytes: usize,
    /// The line on which the last event begins.
    line: usize,
}

/// Reports an XML attribute that is not `own`, the one that the element takes, since its value
/// would be lost silently. Declarations of namespaces and schemas have no value to lose.
fn attribute_error(
    element: &BytesStart<'_>,
    pointer: &str,
    own: Option<&[u8]>,
) -> Option<EntryError> {
    let declares = |name: &[u8]| {
        let prefixes: [&[u8]; 3] = [b"xmlns:", b"xml:", b"xsi:"];
        name == b"xmlns" || prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    let mut attributes = element.attributes();
    // One that cannot be read is at fault, too.
    let is_unexpected = attributes.any(|attribute| {
        let name = attribute.as_ref().map(|attribute| attribute.key.as_ref());
        !name.is_ok_and(|name| declares(name) || Some(name) == own)
    });
    let detail = "Write values as elements: only <attribute> takes an attribute, its name.";
    is_unexpected.then(|| EntryError::new(pointer, EntryCode::UnknownField, detail))
}

impl<'a> Feed<'a> {
    fn inventory(mut self) -> Result<Vec<ItemDraft>, FeedError> {
        let Some(root) = self.child(None)? else {
            return Err(self.malformed("there is no element in it"));
        };
        if root.name().as_ref() != b"inventory" {
            return Err(self.malformed("its root element is not `inventory`"));
        }
        if let Some(fault) = attribute_error(&root, "", None) {
            let fault = fault.at(Position::on_line(self.line));
            return Err(FeedError::Invalid(vec![fault]));
        }
        let mut drafts = Vec::new();
        let mut stray = Vec::new();
        while let Some(element) = self.child(Some(&mut stray))? {
            let position = Position::on_line(self.line);
            if element.name().as_ref() != b"item" {
                let stray = unknown_field(&name(&element)).at(position);
                return Err(FeedError::Invalid(vec![stray]));
            }
            if drafts.len() == MAX_ITEMS {
                return Err(item_count_error());
            }
            let mut draft = self.item()?;
            draft.position = position;
            draft.errors.extend(attribute_error(&element, "", None));
            drafts.push(cap_errors(draft));
        }
        // The text may be the rest of a broken item.
        if !stray.is_empty() {
            return Err(FeedError::Invalid(stray));
        }
        if self.child(None)?.is_some() {
            return Err(self.malformed("there is a second root element"));
        }
        if drafts.is_empty() {
            return Err(item_count_error());
        }
        Ok(drafts)
    }

    fn item(&mut self) -> Result<ItemDraft, FeedError> {
        let mut draft = ItemDraft::default();
        let mut seen: Vec<String> = Vec::new();
        let mut stray = Vec::new();
        let mut is_truncated = false;
        while let Some(element) = self.child(Some(&mut stray))? {
            // An item with many elements must not fill the memory.
            if seen.len() == MAX_MEMBERS {
                self.skip()?;
                is_truncated = true;
                continue;
            }
            let field = name(&element);
            draft
                .errors
                .extend(attribute_error(&element, &pointer(&field), None));
            if seen.contains(&field) {
                draft.errors.push(duplicate_field(&field));
                self.skip()?;
            } else if field == "attributes" {
                self.attributes(&mut draft)?;
            } else if let Some(value) = self.text(&mut draft.errors, &field)? {
                if set(&mut draft, &field, value).is_none() {
                    draft.errors.push(unknown_field(&field));
                }
            } else {
                self.absent.clear(&mut draft, &field);
            }
            seen.push(field);
        }
        draft.errors.append(&mut stray);
        if is_truncated {
            // This error comes first, since later ones may be cut off.
            draft.errors.insert(0, too_many_members());
        }
        Ok(draft)
    }

    fn attributes(&mut self, draft: &mut ItemDraft) -> Result<(), FeedError> {
        let mut stray = Vec::new();
        let mut count = 0;
        while let Some(element) = self.child(Some(&mut stray))? {
            count += 1;
            if count > MAX_MEMBERS {
                self.skip()?;
                continue;
            }
            let attribute = (element.name().as_ref() == b"attribute")
                .then(|| element.try_get_attribute("name").ok().flatten())
                .flatten()
                .and_then(|name| text::attribute(&name.value));
            stray.extend(attribute_error(&element, "/attributes", Some(b"name")));
            let value = self.text(&mut stray, "attributes")?;
            match (attribute, value) {
                (Some(name), None) if self.absent == Absent::Keep => {
                    self.absent.clear(draft, &format!("attributes.{name}"));
                }
                (Some(name), value) if !draft.attributes.contains_key(&name) => {
                    draft.attributes.insert(name, value.unwrap_or_default());
                }
                (Some(name), _) => stray.push(duplicate_field(&name).with_parent("/attributes")),
                (None, _) => stray.push(EntryError::new(
                    "/attributes",
                    EntryCode::Invalid,
                    "Write each attribute as <attribute name=\"color\">red</attribute>.",
                )),
            }
        }
        if count > MAX_MEMBERS {
            stray.push(too_many_members().with_parent("/attributes"));
        }
        draft.errors.append(&mut stray);
        Ok(())
    }

    /// Returns the next element within the current one, or `None` at the end of the current one.
    ///
    /// Text between elements is reported in `stray`. Outside of the root element there is no
    /// `stray`, and text is malformed.
    fn child(
        &mut self,
        mut stray: Option<&mut Vec<EntryError>>,
    ) -> Result<Option<BytesStart<'a>>, FeedError> {
        loop {
            let blank = match self.event()? {
                Event::Start(element) => return Ok(Some(element)),
                Event::Eof if stray.is_some() => {
                    return Err(self.malformed("it ends within an element"));
                }
                Event::End(_) | Event::Eof => return Ok(None),
                Event::Text(text) => text.decode().is_ok_and(|text| text.trim().is_empty()),
                Event::CData(_) | Event::GeneralRef(_) => false,
                _ => true,
            };
            match &mut stray {
                _ if blank => {}
                Some(errors) if errors.len() < 8 => {
                    let detail = "There is text between the elements. Put it in one.";
                    let text = EntryError::new("", EntryCode::Invalid, detail);
                    errors.push(text.at(Position::on_line(self.line)));
                }
                Some(_) => {}
                None => return Err(self.malformed("there is text outside of the root element")),
            }
        }
    }

    /// Skips to the end of the current element. The parser keeps every open element in memory, so
    /// the depth is limited.
    fn skip(&mut self) -> Result<(), FeedError> {
        let mut depth = 1;
        while depth > 0 {
            match self.event()? {
                Event::Start(_) if depth == MAX_DEPTH => {
                    return Err(self.malformed("its elements are nested too deep"));
                }
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(self.malformed("an element has no end")),
                _ => {}
            }
        }
        Ok(())
    }

    fn event(&mut self) -> Result<Event<'a>, FeedError> {
        self.count_lines();
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => {
                Err(self.malformed("it declares a document type; leave that out"))
            }
            Ok(Event::Decl(declaration)) => match declaration.encoding() {
                Some(Ok(name)) => {
                    let name = String::from_utf8_lossy(&name);
                    let declared = encoding::check_declared(&name);
                    declared.map_err(|error| FeedError::Malformed(error.to_string()))?;
                    Ok(Event::Decl(declaration))
                }
                Some(Err(_)) => Err(self.malformed("its declaration cannot be read")),
                None => Ok(Event::Decl(declaration)),
            },
            Ok(event) => Ok(event),
            Err(_) => Err(self.malformed("a tag is not well-formed")),
        }
    }

    /// Counts the lines up to the next event. Each byte of the text is counted once.
    fn count_lines(&mut self) {
        let position = usize::try_from(self.reader.buffer_position()).ok();
        let read_text = position.and_then(|position| self.text.get(self.counted_bytes..position));
        if let Some(read_text) = read_text {
            self.counted_bytes += read_text.len();
            self.line += line_ends(read_text);
        }
    }

    fn malformed(&self, reason: &str) -> FeedError {
        let line = self.line;
        FeedError::Malformed(format!(
            "The body is not an XML feed: {reason} (line {line})."
        ))
    }
}

fn name(element: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(element.name().as_ref()).into_owned()
}

#[cfg(test)]
mod tests;
