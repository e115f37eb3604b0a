//! XML: `<inventory><item><id>…</id>…<attributes><attribute name="color">red</attribute></attributes></item></inventory>`.
//!
//! Pulled event by event, nothing is ever fetched, and a document type, which could declare entities, is refused. An
//! element with nothing in it is a field that is not given.

use super::{FeedError, MAX_ITEMS, cut, pointer, set, twice, unknown, wrong_count};
use crate::api::fields::{invalid, too_many};
use crate::api::json::MAX_MEMBERS;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use service::inventory::{EntryCode, EntryError, ItemDraft};

/// Of elements in a place where none is known.
const MAX_DEPTH: usize = 64;

pub fn read(text: &str) -> Result<Vec<ItemDraft>, FeedError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = true;
    Feed { reader }.inventory()
}

struct Feed<'a> {
    reader: Reader<&'a [u8]>,
}

/// An attribute where none is read: what it says would be lost without a word.
fn attributed(element: &BytesStart<'_>, pointer: &str) -> Option<EntryError> {
    let names = |name: &[u8]| name.starts_with(b"xmlns") || name.starts_with(b"xml:");
    let mut attributes = element.attributes().flatten();
    let odd = attributes.any(|attribute| !names(attribute.key.as_ref()));
    let detail = "Write values as elements: only <attribute> takes an attribute, its name.";
    odd.then(|| EntryError::new(pointer, EntryCode::UnknownField, detail))
}

impl<'a> Feed<'a> {
    fn inventory(&mut self) -> Result<Vec<ItemDraft>, FeedError> {
        let Some(root) = self.child(None)? else {
            return Err(self.malformed("there is no element in it"));
        };
        if root.name().as_ref() != b"inventory" {
            return Err(self.malformed("its root element is not `inventory`"));
        }
        let mut drafts = Vec::new();
        while let Some(element) = self.child(Some(&mut Vec::new()))? {
            if element.name().as_ref() != b"item" {
                return Err(FeedError::Invalid(vec![unknown(&name(&element))]));
            }
            if drafts.len() == MAX_ITEMS {
                return Err(wrong_count());
            }
            let mut draft = self.item()?;
            draft.errors.extend(attributed(&element, ""));
            drafts.push(cut(draft));
        }
        if self.child(None)?.is_some() {
            return Err(self.malformed("there is a second root element"));
        }
        if drafts.is_empty() {
            return Err(wrong_count());
        }
        Ok(drafts)
    }

    fn item(&mut self) -> Result<ItemDraft, FeedError> {
        let mut draft = ItemDraft::default();
        let mut seen: Vec<String> = Vec::new();
        let mut stray = Vec::new();
        let mut more = false;
        while let Some(element) = self.child(Some(&mut stray))? {
            // An item of many elements must not fill the memory.
            if seen.len() == MAX_MEMBERS {
                self.skip()?;
                more = true;
                continue;
            }
            let field = name(&element);
            draft.errors.extend(attributed(&element, &pointer(&field)));
            if seen.contains(&field) {
                draft.errors.push(twice(&field));
                self.skip()?;
            } else if field == "attributes" {
                self.attributes(&mut draft)?;
            } else if let Some(value) = self.text(&mut draft.errors, &field)?
                && set(&mut draft, &field, value).is_none()
            {
                draft.errors.push(unknown(&field));
            }
            seen.push(field);
        }
        draft.errors.append(&mut stray);
        if more {
            // Before what may be left untold.
            draft.errors.insert(0, too_many());
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
                .and_then(|name| {
                    let name = name.unescape_value().ok()?;
                    Some(name.into_owned())
                });
            let value = self.text(&mut stray, "attributes")?;
            match (attribute, value) {
                (Some(name), value) if !draft.attributes.contains_key(&name) => {
                    draft.attributes.insert(name, value.unwrap_or_default());
                }
                (Some(name), _) => stray.push(twice(&name).under("/attributes")),
                (None, _) => stray.push(EntryError::new(
                    "/attributes",
                    EntryCode::Invalid,
                    "Write each attribute as <attribute name=\"color\">red</attribute>.",
                )),
            }
        }
        if count > MAX_MEMBERS {
            stray.push(too_many().under("/attributes"));
        }
        draft.errors.append(&mut stray);
        Ok(())
    }

    /// The next element within the current one; `None` at its end. Text between elements goes to `stray`, and is
    /// malformed outside of the root element, where there is none.
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
                Some(errors) if errors.len() < 8 => errors.push(EntryError::new(
                    "",
                    EntryCode::Invalid,
                    "There is text between the elements. Put it in one.",
                )),
                Some(_) => {}
                None => return Err(self.malformed("there is text outside of the root element")),
            }
        }
    }

    /// The text of the current element, up to its end; `None` where it has none, or elements within.
    fn text(
        &mut self,
        errors: &mut Vec<EntryError>,
        field: &str,
    ) -> Result<Option<String>, FeedError> {
        let mut value = String::new();
        let mut nested = false;
        loop {
            match self.event()? {
                Event::Start(_) => {
                    self.skip()?;
                    nested = true;
                }
                Event::End(_) => break,
                Event::Eof => return Err(self.malformed("it ends within an element")),
                Event::Text(text) => match text.xml10_content() {
                    Ok(text) => value.push_str(&text),
                    Err(_) => return Err(self.malformed("a text is not UTF-8")),
                },
                Event::CData(text) => match text.xml10_content() {
                    Ok(text) => value.push_str(&text),
                    Err(_) => return Err(self.malformed("a text is not UTF-8")),
                },
                Event::GeneralRef(reference) => {
                    let named = reference.decode().ok();
                    let predefined = named.as_deref().and_then(resolve_predefined_entity);
                    match (reference.resolve_char_ref(), predefined) {
                        (Ok(Some(c)), _) => value.push(c),
                        (_, Some(text)) => value.push_str(text),
                        _ => return Err(self.malformed("an entity is not one of XML's own")),
                    }
                }
                _ => {}
            }
        }
        if nested {
            let detail = "Give a text, without elements in it.";
            errors.push(invalid(&pointer(field), detail));
            return Ok(None);
        }
        let value = value.trim();
        Ok((!value.is_empty()).then(|| value.to_owned()))
    }

    /// To the end of the current element. The reader keeps each element that is open, and no feed nests many.
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
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => {
                Err(self.malformed("it declares a document type; leave that out"))
            }
            Ok(Event::Decl(declaration)) => match declaration.encoding() {
                Some(Ok(encoding)) if !encoding.eq_ignore_ascii_case(b"utf-8") => {
                    Err(self.malformed("it is not in UTF-8"))
                }
                Some(Err(_)) => Err(self.malformed("its declaration cannot be read")),
                _ => Ok(Event::Decl(declaration)),
            },
            Ok(event) => Ok(event),
            Err(_) => Err(self.malformed("a tag is not well-formed")),
        }
    }

    fn malformed(&self, why: &str) -> FeedError {
        let place = self.reader.buffer_position();
        FeedError::Malformed(format!(
            "The body is not an XML feed: {why} (byte {place})."
        ))
    }
}

fn name(element: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(element.name().as_ref()).into_owned()
}

#[cfg(test)]
mod tests;
