//! Items of the rows of a table.

use super::html;
use super::names::normalise;
use super::table_start::{ATTRIBUTE_PREFIX, TableStart, attribute_names, is_console_export};
use super::{Mapping, Target, price, value};
use crate::feed::csv::records::Record;
use crate::feed::{Absent, FeedError, MAX_ITEMS, item_count_error};
use crate::formula::restore;
use crate::json::MAX_MEMBERS;
use service::inventory::{Currency, EntryCode, EntryError, ItemDraft};
use std::collections::{BTreeMap, HashSet};

/// The items of a table.
#[derive(Debug)]
pub struct Items {
    pub drafts: Vec<ItemDraft>,
    /// Row of each draft in the table, from 1.
    pub rows: Vec<usize>,
    /// Number of rows without a name that repeat the id of a row above, or that have no id and no
    /// price and belong to the product above, such as further images. They are omitted.
    pub repeated: usize,
    /// Words of the column of availability, and whether each was read as available: the first 20,
    /// without numbers in stock and words such as `yes`.
    pub availability: BTreeMap<String, bool>,
    pub delimiter: char,
    /// Name of the attribute that each column is, or would be.
    pub attribute_names: Vec<String>,
}

/// Maximum number of words in [`Items::availability`].
const MAX_WORDS: usize = 20;

/// Reads the items of a table by a mapping of its columns.
///
/// `account` is the currency of prices for which no other is known, if there is such a currency.
/// `absent` is the meaning of blank cells and of fields without a column.
///
/// # Errors
/// If the text is malformed, is not the table of this mapping, or has no items or too many.
pub fn read(
    text: &str,
    mapping: &Mapping,
    account: Option<Currency>,
    absent: Absent,
) -> Result<Items, FeedError> {
    let TableStart {
        delimiter,
        header,
        mut records,
    } = TableStart::of(text)?;
    if header.cells.len() != mapping.columns.len() {
        let reason =
            "The columns of the file are not those that were mapped. Choose the file again.";
        return Err(FeedError::Malformed(reason.to_owned()));
    }
    let reader = Reader {
        mapping,
        names: attribute_names(header.cells.iter().map(|name| name.trim())),
        is_console_export: is_console_export(&header),
        absent,
    };
    let mut products = Products::of(&header, mapping);
    let mut items = Items {
        drafts: Vec::new(),
        rows: Vec::new(),
        repeated: 0,
        availability: BTreeMap::new(),
        delimiter,
        attribute_names: reader.names.clone(),
    };
    let mut targets = mapping.columns.iter();
    let available = targets.position(|target| *target == Target::Field("available"));
    let mut named_ids: HashSet<String> = HashSet::new();
    while let Some(record) = records.next()? {
        let mut draft = reader.draft(&record);
        let word = available.and_then(|place| record.cells.get(place));
        if items.availability.len() < MAX_WORDS
            && let Some((word, is_available)) =
                word.and_then(|cell| value::availability_word(restore(cell)))
        {
            items.availability.insert(word, is_available);
        }
        if products.complete(&record, &mut draft) {
            items.repeated += 1;
            continue;
        }
        price::complete(&mut draft, mapping, account, absent);
        let id = draft.id.as_deref().map(str::trim);
        match (id, &draft.name) {
            (Some(id), None) if draft.errors.is_empty() && named_ids.contains(id) => {
                items.repeated += 1;
                continue;
            }
            (Some(id), Some(_)) => drop(named_ids.insert(id.to_owned())),
            _ => {}
        }
        if items.drafts.len() == MAX_ITEMS {
            return Err(item_count_error());
        }
        items.drafts.push(draft);
        items.rows.push(record.row);
    }
    if items.drafts.is_empty() {
        return Err(item_count_error());
    }
    Ok(items)
}

struct Reader<'a> {
    mapping: &'a Mapping,
    /// The names of the attributes that the columns become.
    names: Vec<String>,
    /// The file has the columns of the console's own files.
    is_console_export: bool,
    absent: Absent,
}

impl Reader<'_> {
    fn draft(&self, record: &Record<'_>) -> ItemDraft {
        let mut draft = ItemDraft {
            position: record.position(),
            ..ItemDraft::default()
        };
        let (cells, columns) = (&record.cells, self.mapping.columns.len());
        // Spreadsheets write blank cells after the last column.
        let is_longer = cells
            .iter()
            .skip(columns)
            .any(|cell| !cell.trim().is_empty());
        if cells.len() < columns || is_longer {
            let cells = cells.len();
            let detail = format!(
                "This row has {cells} cells, but the header has {columns} columns. Add or remove separators, and put \
                 values that contain one in quotation marks."
            );
            draft
                .errors
                .push(EntryError::new("", EntryCode::Invalid, detail));
            return draft;
        }
        for ((target, cell), name) in self.mapping.columns.iter().zip(cells).zip(&self.names) {
            if cell.trim().is_empty() {
                if let Some(field) = target.field() {
                    self.absent.clear(&mut draft, field);
                }
                if target.is_attribute() {
                    let attribute = format!("{ATTRIBUTE_PREFIX}{name}");
                    self.absent.clear(&mut draft, &attribute);
                }
                continue;
            }
            let cell = restore(cell);
            if let Some(field) = target.field() {
                value::set(&mut draft, field, cell, self.is_console_export);
            }
            if target.is_attribute() && draft.attributes.len() < MAX_MEMBERS {
                let value = cell.replace("\r\n", "\n");
                let value = if self.is_console_export {
                    value
                } else {
                    html::decode_entities(&value)
                };
                draft.attributes.insert(name.clone(), value);
            }
        }
        // A part of the name may be blank.
        if draft.name.is_some() {
            draft.cleared.retain(|field| field != "name");
        }
        draft
    }
}

/// Products with several rows, as in an export of Shopify: the first row has the name and all else
/// that the variants have in common, and each further row has the number and the price of a variant
/// or the address of an image.
struct Products {
    /// Column of the handle, which is the same in all rows of a product. `None` without such a
    /// column, or if the handle is the id of the items.
    handle: Option<usize>,
    /// The handle of the last row that has a name, and that row.
    parent: Option<(String, ItemDraft)>,
}

impl Products {
    fn of(header: &Record<'_>, mapping: &Mapping) -> Self {
        let mut columns = header.cells.iter().zip(&mapping.columns);
        let handle = columns.position(|(name, target)| {
            normalise(name) == "handle" && *target != Target::Field("id")
        });
        Self {
            handle,
            parent: None,
        }
    }

    /// Completes the draft of a row without a name from the first row of its product. Returns
    /// whether the row has no item.
    fn complete(&mut self, record: &Record<'_>, draft: &mut ItemDraft) -> bool {
        let handle = self.handle.and_then(|index| record.cells.get(index));
        let Some(handle) = handle
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
        else {
            return false;
        };
        if draft.name.is_some() {
            let shared = ItemDraft {
                name: draft.name.clone(),
                category: draft.category.clone(),
                description: draft.description.clone(),
                url: draft.url.clone(),
                image_url: draft.image_url.clone(),
                available: draft.available,
                errors: draft
                    .errors
                    .iter()
                    .filter(|error| error.pointer == "/available")
                    .cloned()
                    .collect(),
                ..ItemDraft::default()
            };
            self.parent = Some((handle.to_owned(), shared));
            return false;
        }
        let Some((_, product)) = self.parent.as_ref().filter(|(parent, _)| parent == handle) else {
            return false;
        };
        if draft.id.is_none() && draft.price.is_none() && draft.errors.is_empty() {
            return true;
        }
        if draft.available.is_none() {
            draft.errors.extend(product.errors.iter().cloned());
        }
        for (field, is_inherited) in [
            ("name", inherit(&mut draft.name, product.name.as_ref())),
            (
                "category",
                inherit(&mut draft.category, product.category.as_ref()),
            ),
            (
                "description",
                inherit(&mut draft.description, product.description.as_ref()),
            ),
            ("url", inherit(&mut draft.url, product.url.as_ref())),
            (
                "image_url",
                inherit(&mut draft.image_url, product.image_url.as_ref()),
            ),
            (
                "available",
                inherit(&mut draft.available, product.available.as_ref()),
            ),
        ] {
            if is_inherited {
                draft.cleared.retain(|cleared| cleared != field);
            }
        }
        false
    }
}

/// Sets a value that is absent. Returns whether that changed it.
fn inherit<T: Clone>(value: &mut Option<T>, from: Option<&T>) -> bool {
    let is_inherited = value.is_none() && from.is_some();
    if is_inherited {
        *value = from.cloned();
    }
    is_inherited
}
