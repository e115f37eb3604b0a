//! The stored file of an import, read again.

use super::report::{group_by_item, parts};
use super::{Context, Step};
use crate::busy;
use domain::FileRefusal;
use files::feed::{Absent, FeedError, Format, MAX_ITEMS};
use files::import_file::{self, Cell, Decimals, File, Table, WORKBOOKS};
use service::inventory::{Currency, EntryCode, EntryError};
use service::store::StoredImport;
use web::memory::{COPIES, FREE_BYTES, Sender, Share};

/// A file that can be read.
pub struct Content {
    /// The name of its format.
    pub kind: &'static str,
    pub encoding: &'static str,
    /// The table, if this is a CSV file.
    pub table: Option<Table>,
    /// If this is a JSON or XML file, the number of its items, and the id, name and price of the
    /// first ones.
    pub items: usize,
    pub first: Vec<[String; 3]>,
    /// An item of a JSON or XML file has a price without a currency.
    pub lacks_currency: bool,
}

const NO_ITEMS: &str = "The file has no items: there is nothing below its header. If another program exported it, check what was selected \
    there, and export it again.";
const TOO_MANY_ITEMS: &str = "The file has more than 5,000 items, which is the most for one import. Split it into several files, and \
    import them one after the other with “Add and change items”. Do not replace the inventory with one of the parts: it would \
    remove the items of the others.";
const NUL_BYTES: &str = "The file contains NUL bytes, so it is damaged or is not text. Export it again as CSV in UTF-8, and choose \
    that file.";
const WEB_PAGE: &str = "The file is a web page (HTML) and not a file of items. It may be an error page or a sign-in page that was \
    saved in place of the export. Open it in a browser to read it, then download the export again.";

const PDF: &str = "Unsupported file type: the file is a PDF document, whatever its name is. Export the items as CSV, or copy the table \
    into a spreadsheet and save it as “CSV UTF-8”.";

/// Endings of the names of tables.
const TABLE_EXTENSIONS: [&str; 4] = [".csv", ".tsv", ".tab", ".txt"];
/// First bytes of web pages, in any letter case.
const WEB_PAGE_STARTS: [&[u8]; 2] = [b"<!doctype html", b"<html"];

/// Items of a JSON or XML file that its description shows.
const SHOWN_ITEMS: usize = 5;

/// An import whose file is in memory.
pub struct LoadedImport {
    pub stored: StoredImport,
    pub bytes: Vec<u8>,
    /// The memory for the file, which is released when this is dropped.
    pub share: Option<Share>,
}

/// Reads the file of an import from the database, within the memory for large bodies.
pub async fn load(context: &Context<'_>, stored: StoredImport) -> Step<LoadedImport> {
    let member = context.member.view();
    let share = if stored.size > FREE_BYTES {
        let mut share = context.state.memory.share(Sender {
            account: member.account_id.to_string(),
            name: member.id.to_string(),
        });
        share
            .grow_to(COPIES * stored.size)
            .map_err(|_| super::EarlyExit::from(busy()))?;
        Some(share)
    } else {
        None
    };
    let services = &context.state.services;
    let file = services.imports.file(context.member, stored).await;
    let file = context.map_failure(file)?;
    Ok(LoadedImport {
        stored: file.stored,
        bytes: file.bytes,
        share,
    })
}

/// Reads a file as far as that is possible without the choices of the member.
///
/// # Errors
/// The reason for which it cannot be read.
pub fn read(name: &str, bytes: &[u8]) -> Result<Content, FileRefusal> {
    let file = open(name, bytes)?;
    let mut content = Content {
        kind: file.kind(),
        encoding: file.encoding,
        table: None,
        items: 0,
        first: Vec::new(),
        lacks_currency: false,
    };
    if file.format == Format::Csv {
        let table = Table::of(&file.text).map_err(|error| feed_refusal(error, &file))?;
        if table.rows > MAX_ITEMS
            && let Some(currency) = Currency::all().next()
        {
            // Some of the rows may repeat an item, such as further images.
            let mapping = import_file::guess(&table);
            let items = file.items(&mapping, Some(currency), Absent::Clear);
            items.map_err(|error| feed_refusal(error, &file))?;
        }
        content.table = Some(table);
    } else {
        let drafts = file.drafts(Absent::Clear);
        let drafts = drafts.map_err(|error| feed_refusal(error, &file))?;
        content.items = drafts.len();
        let mut prices = drafts.iter().filter(|draft| draft.price.is_some());
        content.lacks_currency = prices.any(|draft| draft.currency.is_none());
        let first = drafts.into_iter().take(SHOWN_ITEMS);
        let first =
            first.map(|draft| [draft.id, draft.name, draft.price].map(Option::unwrap_or_default));
        content.first = first.collect();
    }
    Ok(content)
}

/// The text of a file.
///
/// # Errors
/// The reason for which it has none.
pub fn open<'a>(name: &str, bytes: &'a [u8]) -> Result<File<'a>, FileRefusal> {
    if is_page(bytes) {
        return Err(refusal(WEB_PAGE));
    }
    if bytes.starts_with(b"%PDF-") {
        return Err(refusal(PDF));
    }
    File::read(name, bytes).map_err(|reason| {
        let name = name.to_ascii_lowercase();
        let is_table = TABLE_EXTENSIONS
            .iter()
            .any(|extension| name.ends_with(extension));
        let is_workbook = WORKBOOKS.iter().any(|start| bytes.starts_with(start));
        let reason = if is_table && bytes.contains(&0) && !is_workbook {
            NUL_BYTES
        } else {
            &reason
        };
        refusal(reason)
    })
}

/// Whether a file is a web page, in an encoding of which ASCII is a part.
fn is_page(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = bytes.trim_ascii_start();
    WEB_PAGE_STARTS.iter().any(|tag| {
        let start = start.get(..tag.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(tag))
    })
}

fn refusal(reason: &str) -> FileRefusal {
    FileRefusal {
        reason: reason.to_owned(),
        rows: Vec::new(),
    }
}

/// Describes a malformed file. The messages of the parsers address the sender of a request, so only
/// their place and cause are used.
pub fn feed_refusal(error: FeedError, file: &File<'_>) -> FileRefusal {
    match error {
        FeedError::Malformed(reason) => {
            let cause = reason.split_once(": ").map_or(&*reason, |(_, cause)| cause);
            match file.format {
                Format::Csv => refusal(&reason),
                Format::Json => refusal(&format!("The file is not JSON: {cause}")),
                Format::Xml => refusal(&format!("The file is not an XML feed: {cause}")),
            }
        }
        FeedError::Invalid(errors) if is_item_count_error(&errors) => refusal(if has_items(file) {
            TOO_MANY_ITEMS
        } else {
            NO_ITEMS
        }),
        FeedError::Invalid(errors) => {
            let cells = errors.iter().map(|error| Cell::of_field(&parts(error).1));
            FileRefusal {
                reason: "Correct these values, then choose the file again.".to_owned(),
                rows: group_by_item(&errors, cells.collect(), None, Decimals::Point),
            }
        }
    }
}

fn is_item_count_error(errors: &[EntryError]) -> bool {
    let [error] = errors else { return false };
    error.pointer == "/items" && error.code == EntryCode::OutOfRange
}

/// Whether a file with a wrong number of items has at least one.
fn has_items(file: &File<'_>) -> bool {
    #[derive(serde::Deserialize)]
    struct Items {
        items: Vec<serde::de::IgnoredAny>,
    }
    match file.format {
        Format::Csv => Table::of(&file.text).is_ok(),
        Format::Xml => file.text.contains("<item"),
        Format::Json => {
            let items: Result<Items, _> = serde_json::from_str(&file.text);
            items.is_ok_and(|items| !items.items.is_empty())
        }
    }
}
