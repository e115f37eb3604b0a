//! The text of an element, with its entities.
//!
//! Programs write the entities of HTML into XML, which defines only five. Their meaning is clear,
//! so they are accepted. Any other entity, and an ampersand that does not begin one, is an error of
//! the item; the other fields of the item are still read.

use super::Feed;
use crate::feed::FeedError;
use crate::json::fields::{invalid, pointer};
use quick_xml::events::{BytesRef, Event};
use service::inventory::EntryError;

/// Most characters of the name of an unknown entity that a refusal repeats.
const SHOWN_CHARS: usize = 30;

impl Feed<'_> {
    /// Returns the text of the current element up to its end, or `None` if it is empty or contains
    /// something that is not text.
    pub(super) fn text(
        &mut self,
        errors: &mut Vec<EntryError>,
        field: &str,
    ) -> Result<Option<String>, FeedError> {
        let mut value = String::new();
        // One error for each text is enough to find it.
        let mut fault: Option<String> = None;
        loop {
            match self.event()? {
                Event::Start(_) => {
                    self.skip()?;
                    fault = Some("Send a text without elements in it.".to_owned());
                }
                Event::End(_) => break,
                Event::Eof => return Err(self.malformed("it ends within an element")),
                Event::Text(text) => match text.xml10_content() {
                    Ok(text) if text.contains('&') => {
                        let line = self.line;
                        fault.get_or_insert_with(|| {
                            format!("Write `&amp;` for the ampersand on line {line}.")
                        });
                    }
                    Ok(text) => value.push_str(&text),
                    Err(_) => return Err(self.malformed("a text is not UTF-8")),
                },
                Event::CData(text) => match text.xml10_content() {
                    Ok(text) => value.push_str(&text),
                    Err(_) => return Err(self.malformed("a text is not UTF-8")),
                },
                // A text that is refused anyway needs no further look-ups of names.
                Event::GeneralRef(reference) if fault.is_none() => {
                    match resolve_reference(&reference) {
                        Ok(text) => value.push_str(&text),
                        Err(name) => {
                            let line = self.line;
                            fault = Some(format!(
                                "`&{name};` on line {line} is not an entity of XML or HTML. Write the character itself, and \
                             `&amp;` for an ampersand."
                            ));
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(detail) = fault {
            errors.push(invalid(&pointer(field), &detail));
            return Ok(None);
        }
        let value = value.trim();
        Ok((!value.is_empty()).then(|| value.to_owned()))
    }
}

/// Returns the value of an attribute, or `None` if it contains an unknown entity.
pub(super) fn attribute(raw: &[u8]) -> Option<String> {
    let mut parts = str::from_utf8(raw).ok()?.split('&');
    let mut value = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';')?;
        value += &resolve_reference(&BytesRef::new(name)).ok()?;
        value += rest;
    }
    Some(value)
}

/// Returns the characters that an entity represents.
///
/// # Errors
/// The readable part of the name of an unknown entity.
fn resolve_reference(reference: &BytesRef<'_>) -> Result<String, String> {
    let name = reference.decode().unwrap_or_default();
    let character = reference.resolve_char_ref().ok().flatten();
    if let Some(character) = character {
        return Ok(character.to_string());
    }
    let entity = format!("&{name};");
    let text = html_escape::decode_html_entities(&entity);
    if name.starts_with('#') || text == entity {
        let readable = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '#' | '.' | '-' | '_');
        return Err(name.chars().filter(readable).take(SHOWN_CHARS).collect());
    }
    Ok(text.into_owned())
}
