//! Detection of a file's format from its content and its name.

use super::decode::decode;
use super::rows::{Items, read};
use super::{Mapping, json, xml};
use crate::feed::{self, Absent, FeedError, Format};
use service::inventory::{Currency, ItemDraft, Position};
use std::borrow::Cow;

/// A file of items, as text.
#[derive(Debug, PartialEq, Eq)]
pub struct File<'a> {
    pub format: Format,
    /// Name of the encoding that the file was in.
    pub encoding: &'static str,
    pub text: Cow<'a, str>,
    /// The line of each item, if the file is in JSON Lines, or is an XML feed that was converted to
    /// a table.
    lines: Vec<usize>,
}

const NO_FORMAT: &str = "Unsupported file type. Choose a .csv, .json or .xml file.";
const UNKNOWN_TEXT: &str = "Unsupported file type. Choose a .csv, .json or .xml file. If this file is a table that was saved as text, \
    change the end of its name to .csv.";
const NO_TEXT: &str = "The file is not text, or is in an encoding that cannot be recognised. Save it as UTF-8, in a \
    spreadsheet as “CSV UTF-8”, and choose that file.";
const WORKBOOK: &str = "Excel workbooks and similar files are not supported. Open the file in your spreadsheet, save it as \
                        “CSV UTF-8”, and choose that file.";

/// First bytes of workbooks: an archive (.xlsx, .ods), and the older format of Excel (.xls).
pub const WORKBOOKS: [&[u8]; 2] = [b"PK", b"\xD0\xCF\x11\xE0"];

impl<'a> File<'a> {
    /// Detects the format of a file, and decodes it.
    ///
    /// # Errors
    /// If the file has another format, or is not text.
    pub fn read(name: &str, bytes: &'a [u8]) -> Result<Self, String> {
        let format_by_name = format_by_name(name);
        let is_workbook = WORKBOOKS.iter().any(|start| bytes.starts_with(start));
        if is_workbook && (format_by_name != Some(Format::Csv) || bytes.contains(&0)) {
            return Err(WORKBOOK.to_owned());
        }
        let not_text = if format_by_name.is_some() {
            NO_TEXT
        } else {
            NO_FORMAT
        };
        let decoded = decode(bytes).ok_or(not_text)?;
        let format = format_by_content(&decoded.text)
            .or(format_by_name)
            .ok_or(UNKNOWN_TEXT)?;
        let mut file = Self {
            format,
            encoding: decoded.encoding,
            text: decoded.text,
            lines: Vec::new(),
        };
        if format == Format::Json
            && let Some(feed) = json::convert(&file.text, is_json_lines(name))?
        {
            file.text = Cow::Owned(feed.text);
            file.lines = feed.lines;
        }
        if format == Format::Xml
            && let Some(table) = xml::convert(&file.text)?
        {
            file.format = Format::Csv;
            file.text = Cow::Owned(table.text);
            file.lines = table.lines;
        }
        Ok(file)
    }

    /// Returns the name of the file's format.
    pub const fn kind(&self) -> &'static str {
        match (self.format, self.lines.is_empty()) {
            (Format::Csv, true) => "CSV",
            (Format::Json, true) => "JSON",
            (Format::Json, false) => "JSON Lines",
            (Format::Csv, false) | (Format::Xml, _) => "XML",
        }
    }

    /// Reads the items of a table by a mapping of its columns.
    ///
    /// # Errors
    /// See `read`.
    pub fn items(
        &self,
        mapping: &Mapping,
        account: Option<Currency>,
        absent: Absent,
    ) -> Result<Items, FeedError> {
        let mut items = read(&self.text, mapping, account, absent)?;
        if !self.lines.is_empty() {
            for draft in &mut items.drafts {
                // The first row is the header.
                let index = draft.position.row.and_then(|row| row.checked_sub(2));
                let line = index.and_then(|index| self.lines.get(index));
                draft.position =
                    line.map_or_else(Position::default, |line| Position::on_line(*line));
            }
        }
        Ok(items)
    }

    /// Reads the items of a file that is not a table.
    ///
    /// # Errors
    /// See [`FeedError`].
    pub fn drafts(&self, absent: Absent) -> Result<Vec<ItemDraft>, FeedError> {
        let mut drafts = feed::read(self.format, &self.text, absent)?;
        for (draft, line) in drafts.iter_mut().zip(&self.lines) {
            draft.position = Position::on_line(*line);
        }
        Ok(drafts)
    }
}

fn extension(name: &str) -> Option<String> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(extension.to_ascii_lowercase())
}

/// Returns whether the extension of the name is one of JSON Lines.
fn is_json_lines(name: &str) -> bool {
    matches!(extension(name).as_deref(), Some("jsonl" | "ndjson"))
}

/// Returns the format for the extension of the name. The declared media type is ignored, since each
/// browser guesses it in its own way.
fn format_by_name(name: &str) -> Option<Format> {
    match &*extension(name)? {
        "json" | "jsonl" | "ndjson" => Some(Format::Json),
        "xml" => Some(Format::Xml),
        "csv" | "tsv" | "tab" | "txt" => Some(Format::Csv),
        _ => None,
    }
}

/// Returns the format for the first character, with which no header of a table begins.
fn format_by_content(text: &str) -> Option<Format> {
    match text.trim_start().bytes().next()? {
        b'{' | b'[' => Some(Format::Json),
        b'<' => Some(Format::Xml),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_follows_from_the_content_and_the_name() {
        let (json, xml, csv) = ("{\"items\":[]}", "\n<inventory/>", "id\tname\n");
        for (name, text, format) in [
            ("feed.2024.CSV", csv, Some(Format::Csv)),
            ("feed.tsv", csv, Some(Format::Csv)),
            ("FEED.TSV", csv, Some(Format::Csv)),
            ("feed.txt", csv, Some(Format::Csv)),
            ("feed.TXT", json, Some(Format::Json)),
            ("feed.txt", xml, Some(Format::Xml)),
            ("CARS.XML", xml, Some(Format::Xml)),
            ("feed.csv", json, Some(Format::Json)),
            ("feed", json, Some(Format::Json)),
            ("feed.jsonl", json, Some(Format::Json)),
            ("FEED.NDJSON", "\n{\"id\":\"A\"}", Some(Format::Json)),
            ("feed.json", csv, Some(Format::Json)),
            ("json", csv, None),
            ("cars.dat", csv, None),
        ] {
            let file = File::read(name, text.as_bytes()).ok();
            assert_eq!(file.map(|file| file.format), format, "{name}");
        }
    }

    #[test]
    fn workbooks_and_bytes_that_are_not_text_are_rejected_by_name() {
        for (name, bytes, part) in [
            ("cars.xlsx", &b"PK\x03\x04\0"[..], "Excel workbooks"),
            ("cars.csv", b"PK\x03\x04\0", "Excel workbooks"),
            ("cars.xls", b"\xD0\xCF\x11\xE0", "Excel workbooks"),
            ("cars.csv", b"id,name\nA,\0\n", "not text"),
            ("cars.pdf", b"%PDF\x01\xFF", "Unsupported file type"),
            (
                "cars.xls",
                b"id\tname\n",
                "change the end of its name to .csv",
            ),
        ] {
            let error = File::read(name, bytes).unwrap_err();
            assert!(error.contains(part), "{name}: {error}");
        }
        assert!(File::read("a.csv", b"PK,id\n").is_ok());
    }
}
