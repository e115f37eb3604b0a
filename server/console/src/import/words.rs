//! Sentences about a file.

use files::import_file::{Mapping, Table, Target};
use std::collections::BTreeMap;

/// Returns how values of these columns are read, if a member may not expect it.
pub fn reading_notes(table: &Table, mapping: &Mapping) -> Vec<&'static str> {
    let has = |target, is_it: fn(&str) -> bool| {
        let mut columns = mapping.columns.iter().zip(&table.columns);
        columns.any(|(other, column)| {
            *other == target && column.values.iter().any(|value| is_it(value))
        })
    };
    let names = mapping.columns.iter().zip(&table.columns);
    let names = names.filter(|(target, _)| target.field() == Some("name"));
    let names: Vec<usize> = names.map(|(_, column)| column.filled).collect();
    let notes = [
        (
            names.len() > 1,
            "The columns for the name are joined by a space, in the order of the file.",
        ),
        (
            has(Target::Attribute, |_| true),
            "A column that becomes an attribute keeps its name.",
        ),
        (
            has(Target::Field("image_url"), |cell| {
                cell.matches("http").count() > 1
            }),
            "If a cell has several image addresses, the first is used.",
        ),
        (
            has(Target::Field("description"), |text| text.contains('<')),
            "Descriptions in HTML become plain text, unless the file has the columns of an export of this inventory.",
        ),
        (
            names
                .iter()
                .max()
                .is_some_and(|filled| *filled < table.rows),
            "Rows without a name that repeat the ID of a row above, such as variants and further images, are left out.",
        ),
    ];
    let notes = notes.into_iter().filter(|(is_relevant, _)| *is_relevant);
    notes.map(|(_, note)| note).collect()
}

/// Lists the words in the column of availability by whether they were read as available or not.
/// `None` if there are no such words.
pub fn availability(words: &BTreeMap<String, bool>) -> Option<String> {
    let list = |is_available| {
        let words = words.iter().filter(|(_, is)| **is == is_available);
        let words: Vec<_> = words.map(|(word, _)| format!("“{word}”")).collect();
        words.join(", ")
    };
    let lists = [("Available", list(true)), ("Not available", list(false))];
    let lists = lists.into_iter().filter(|(_, words)| !words.is_empty());
    let lists: Vec<_> = lists
        .map(|(label, words)| format!("{label}: {words}."))
        .collect();
    let lists = (!lists.is_empty()).then(|| lists.join(" "))?;
    Some(format!(
        "{lists} If this is wrong, correct the file and choose it again."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_availability_are_listed_by_their_meaning() {
        let words = |words: &[(&str, bool)]| {
            let words = words.iter().map(|(word, is)| ((*word).to_owned(), *is));
            availability(&words.collect())
        };
        assert_eq!(words(&[]), None);
        assert_eq!(
            words(&[("reserved", false), ("free", true), ("sold", false)]).as_deref(),
            Some(
                "Available: “free”. Not available: “reserved”, “sold”. If this is wrong, correct the file and choose it again."
            )
        );
        assert_eq!(
            words(&[("sold", false)]).as_deref(),
            Some("Not available: “sold”. If this is wrong, correct the file and choose it again.")
        );
    }
}
