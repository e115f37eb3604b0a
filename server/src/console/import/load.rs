//! The stored file of an import, read again.

use super::report::rows;
use super::{Context, Step};
use crate::console::busy;
use crate::feed::{Absent, FeedError, Format};
use crate::memory::{COPIES, FREE, Sender, Share};
use crate::table::{File, Table};
use domain::FileRefusal;
use service::store::StoredImport;

/// A file that can be read.
pub struct Content {
    /// The name of its format.
    pub kind: &'static str,
    pub encoding: &'static str,
    /// Of a CSV file.
    pub table: Option<Table>,
    /// Of a JSON or XML file: the number of items, and the id, the name and the price of the first ones.
    pub items: usize,
    pub first: Vec<[String; 3]>,
}

/// Items of a JSON or XML file that its description shows.
const SHOWN_ITEMS: usize = 5;

/// An import whose file is in memory.
pub struct Loaded {
    pub stored: StoredImport,
    pub bytes: Vec<u8>,
    /// The memory for the file; it is given back once this is dropped.
    pub share: Option<Share>,
}

/// Reads the file of an import from the database, within the memory for large bodies.
pub async fn load(context: &Context<'_>, stored: StoredImport) -> Step<Loaded> {
    let member = context.member.view();
    let share = if stored.size > FREE {
        let mut share = context.state.memory.share(Sender {
            account: member.account_id.to_string(),
            name: member.id.to_string(),
        });
        share
            .grow_to(COPIES * stored.size)
            .map_err(|_| super::Stop::from(busy()))?;
        Some(share)
    } else {
        None
    };
    let service = &context.state.service;
    let file = service.file_to_import(context.member, stored).await;
    let file = context.told(file)?;
    Ok(Loaded {
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
    };
    if file.format == Format::Csv {
        content.table = Some(Table::of(&file.text).map_err(refused)?);
    } else {
        let drafts = file.drafts(Absent::Empty).map_err(refused)?;
        content.items = drafts.len();
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
    File::read(name, bytes).map_err(|reason| FileRefusal {
        reason,
        rows: Vec::new(),
    })
}

/// The words for a file that is malformed.
pub fn refused(error: FeedError) -> FileRefusal {
    match error {
        FeedError::Malformed(reason) => FileRefusal {
            reason,
            rows: Vec::new(),
        },
        FeedError::Invalid(errors) => FileRefusal {
            reason: "Correct these values, then choose the file again.".to_owned(),
            rows: rows(&errors),
        },
    }
}
