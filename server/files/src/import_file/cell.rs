//! The cells of a file that errors are about, so that its owner finds them there.

use super::shorten::shorten;
use super::table_start::{TableStart, attribute_names};
use super::{File, Mapping};
use crate::feed::{Absent, Format};
use service::inventory::ItemDraft;
use std::collections::HashMap;

const ATTRIBUTE_POINTER: &str = "attributes/";

/// The column and the value that an error is about, both shortened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Title of the column, or the name of the field; empty if the error is about a whole row.
    pub column: String,
    /// Value as it is in the file; empty if the cell is blank, `None` if it is unknown.
    pub value: Option<String>,
}

/// Identifies the value of one field of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellKey<'a> {
    /// Row of the table, from 1, or index of the item in a file that is not a table.
    pub place: Option<usize>,
    /// Name of the field, such as `price` or `attributes/color`; empty for the whole item.
    pub field: &'a str,
}

impl Cell {
    /// Returns a field without its value. An attribute has its own name.
    pub fn of_field(field: &str) -> Self {
        let name = field.strip_prefix(ATTRIBUTE_POINTER).unwrap_or(field);
        Self {
            column: shorten(name),
            value: None,
        }
    }
}

impl File<'_> {
    /// Finds cells, in the order of their keys. `mapping` has the columns of a table.
    ///
    /// This reads the file once more, so that no step has to keep the texts of all its rows.
    pub fn cells(&self, mapping: Option<&Mapping>, keys: &[CellKey<'_>]) -> Vec<Cell> {
        let mut cells: Vec<Cell> = keys.iter().map(|key| Cell::of_field(key.field)).collect();
        match mapping {
            Some(mapping) if self.format == Format::Csv => {
                find_in_table(&self.text, mapping, keys, &mut cells);
            }
            _ => {
                // The file was read before, so it can be read.
                let drafts = self.drafts(Absent::Keep).unwrap_or_default();
                for (key, cell) in keys.iter().zip(&mut cells) {
                    let draft = key.place.and_then(|index| drafts.get(index));
                    let value = draft.and_then(|draft| value(draft, key.field));
                    cell.value = value.map(shorten);
                }
            }
        }
        cells
    }
}

fn find_in_table(text: &str, mapping: &Mapping, keys: &[CellKey<'_>], cells: &mut [Cell]) {
    let Ok(TableStart {
        header,
        mut records,
        ..
    }) = TableStart::of(text)
    else {
        return;
    };
    let titles: Vec<&str> = header.cells.iter().map(|title| title.trim()).collect();
    let names = attribute_names(titles.iter().copied());
    let mut wanted: HashMap<usize, Vec<(usize, Vec<usize>)>> = HashMap::new();
    for (index, key) in keys.iter().enumerate() {
        let columns = columns_of(mapping, &names, key.field);
        if columns.is_empty() {
            continue;
        }
        let title = |column: &usize| match titles.get(*column).copied().unwrap_or_default() {
            "" => format!("Column {}", column + 1),
            title => shorten(title),
        };
        let column_titles: Vec<_> = columns.iter().map(title).collect();
        cells[index].column = column_titles.join(", ");
        if let Some(row) = key.place {
            wanted.entry(row).or_default().push((index, columns));
        }
    }
    while !wanted.is_empty()
        && let Ok(Some(record)) = records.next()
    {
        for (index, columns) in wanted.remove(&record.row).unwrap_or_default() {
            let values = columns.iter().map(|column| record.cells.get(*column));
            let values: Option<Vec<_>> = values.map(|value| Some(&**value?)).collect();
            cells[index].value = values.map(|values| shorten(&values.join(" ")));
        }
    }
}

/// Returns the indices of the columns that become a field. Only a name can have several.
fn columns_of(mapping: &Mapping, names: &[String], field: &str) -> Vec<usize> {
    let attribute = field.strip_prefix(ATTRIBUTE_POINTER);
    let columns = mapping.columns.iter().zip(names).enumerate();
    let columns = columns.filter(|(_, (target, name))| match attribute {
        Some(attribute) => target.is_attribute() && *name == attribute,
        None => target.field() == Some(field),
    });
    columns.map(|(index, _)| index).collect()
}

/// Returns the text of a field. A value of another type than text has none.
fn value<'a>(draft: &'a ItemDraft, field: &str) -> Option<&'a str> {
    let text = match field {
        "id" => &draft.id,
        "name" => &draft.name,
        "category" => &draft.category,
        "price" => &draft.price,
        "currency" => &draft.currency,
        "description" => &draft.description,
        "url" => &draft.url,
        "image_url" => &draft.image_url,
        _ => {
            let name = field.strip_prefix(ATTRIBUTE_POINTER)?;
            let value = draft.attributes.iter().find(|(key, _)| key.trim() == name);
            return value.map(|(_, value)| value.as_str());
        }
    };
    text.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import_file::{Decimals, Target};

    fn key(place: usize, field: &str) -> CellKey<'_> {
        CellKey {
            place: Some(place),
            field,
        }
    }

    fn cell(column: &str, value: Option<&str>) -> Cell {
        Cell {
            column: column.to_owned(),
            value: value.map(str::to_owned),
        }
    }

    #[test]
    fn cells_of_a_table_have_the_titles_and_values_of_the_file() {
        let text =
            "Bestand\n\nNr;Titel;Preis;;Farbe/Lack\n1;\"a\nb\";auf Anfrage;x;rot\n\n2;;5;y;\n3\n";
        let file = File::read("cars.csv", text.as_bytes()).unwrap();
        let mapping = Mapping {
            columns: vec![
                Target::Field("id"),
                Target::Field("name"),
                Target::Field("price"),
                Target::Attribute,
                Target::Attribute,
            ],
            currency: None,
            decimals: Decimals::Comma,
        };
        let keys = [
            key(6, "name"),
            key(4, "price"),
            key(4, "name"),
            key(4, "attributes/Column 4"),
            key(4, "attributes/Farbe/Lack"),
            key(7, "price"),
            key(4, ""),
            key(4, "currency"),
            key(99, "id"),
        ];
        assert_eq!(
            file.cells(Some(&mapping), &keys),
            [
                cell("Titel", Some("")),
                cell("Preis", Some("auf Anfrage")),
                cell("Titel", Some("a b")),
                cell("Column 4", Some("x")),
                cell("Farbe/Lack", Some("rot")),
                cell("Preis", None),
                cell("", None),
                cell("currency", None),
                cell("Nr", None),
            ]
        );
    }

    #[test]
    fn cells_of_other_files_have_the_names_of_fields() {
        let json = r#"{"items":[{"id":"A","name":"a","price":true,"attributes":{"color":"red"}}]}"#;
        let file = File::read("cars.json", json.as_bytes()).unwrap();
        let keys = [
            key(0, "id"),
            key(0, "price"),
            key(0, "attributes/color"),
            key(1, "name"),
        ];
        assert_eq!(
            file.cells(None, &keys),
            [
                cell("id", Some("A")),
                cell("price", None),
                cell("color", Some("red")),
                cell("name", None),
            ]
        );
    }
}
