//! The format of a file, by its content and its name.

use crate::encoding;
use crate::feed::Format;

/// A file of items, as text.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    pub format: Format,
    pub text: String,
}

const NO_FORMAT: &str =
    "The file is none of JSON, XML or CSV. Give it the ending of its format, such as .csv.";
const WORKBOOK: &str = "The file is a workbook, and none of JSON, XML or CSV. Open it in your spreadsheet, save it as \
    “CSV UTF-8”, and send that file.";

/// The beginnings of workbooks: an archive (.xlsx, .ods), and the older form of Excel (.xls).
const WORKBOOKS: [&[u8]; 2] = [b"PK", b"\xD0\xCF\x11\xE0"];

impl File {
    /// # Errors
    /// The file is in another format, or in another encoding than UTF-8.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Self, String> {
        let by_name = by_name(name);
        let is_workbook = WORKBOOKS.iter().any(|start| bytes.starts_with(start));
        if is_workbook && (by_name != Some(Format::Csv) || bytes.contains(&0)) {
            return Err(WORKBOOK.to_owned());
        }
        let text = encoding::text(bytes).map_err(|error| match by_name {
            Some(_) => error.to_string(),
            None => NO_FORMAT.to_owned(),
        })?;
        let format = by_content(&text).or(by_name);
        let format = format.ok_or_else(|| NO_FORMAT.to_owned())?;
        Ok(Self { format, text })
    }
}

/// Browsers guess the type of a file, each in its own way, so the ending of the name decides.
fn by_name(name: &str) -> Option<Format> {
    let (_, ending) = name.rsplit_once('.')?;
    match &*ending.to_ascii_lowercase() {
        "json" => Some(Format::Json),
        "xml" => Some(Format::Xml),
        "csv" | "tsv" | "tab" | "txt" => Some(Format::Csv),
        _ => None,
    }
}

/// No header of a table begins like this.
fn by_content(text: &str) -> Option<Format> {
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
    fn the_format_follows_from_the_content_and_the_name() {
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
            ("feed.json", csv, Some(Format::Json)),
            ("json", csv, None),
            ("cars.dat", csv, None),
        ] {
            let file = File::read(name, text.into()).ok();
            assert_eq!(file.map(|file| file.format), format, "{name}");
        }
    }

    #[test]
    fn a_workbook_and_another_encoding_are_named() {
        for (name, bytes, part) in [
            ("cars.xlsx", &b"PK\x03\x04\0"[..], "a workbook"),
            ("cars.csv", b"PK\x03\x04\0", "a workbook"),
            ("cars.xls", b"\xD0\xCF\x11\xE0", "a workbook"),
            ("cars.csv", b"id,name\nA,\xE9\n", "Latin-1"),
            ("cars.txt", b"\xFF\xFEi\0d\0", "UTF-16"),
            ("cars.pdf", b"%PDF\xFF", "none of JSON"),
        ] {
            let error = File::read(name, bytes.into()).unwrap_err();
            assert!(error.contains(part), "{name}: {error}");
        }
        assert!(File::read("a.csv", b"PK,id\n".into()).is_ok());
    }
}
