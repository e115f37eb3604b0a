//! The warning about fields that an import empties, or makes available again.

use domain::EmptiedWarning;
use files::feed::ATTRIBUTE;
use files::import_file::{Mapping, Target, label};
use service::inventory::FeedPreview;

/// Columns of a table.
pub struct TableColumns<'a> {
    pub mapping: &'a Mapping,
    /// Name of the attribute that each column is, or would be.
    pub attribute_names: &'a [String],
}

/// Returns the warning, with the options that keep the fields; `None` if no field is emptied.
/// `table` is `None` for a file in JSON or XML.
pub fn warning(preview: &FeedPreview, table: Option<&TableColumns<'_>>) -> Option<EmptiedWarning> {
    let emptied = &preview.emptied;
    if emptied.fields.is_empty() {
        return None;
    }
    let mut causes = Vec::new();
    let mut options = vec![(
        "mode".to_owned(),
        "Change the effect on the inventory".to_owned(),
    )];
    let (mut without_column, mut attributes, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut is_in_name = false;
    for field in &emptied.fields {
        let attribute = field.strip_prefix(ATTRIBUTE);
        let column = attribute.and_then(|name| column(table?, name));
        match attribute {
            Some(name) => attributes.push(name),
            None => others.push(field.as_str()),
        }
        let name = attribute.unwrap_or(field);
        let Some((index, target)) = column else {
            without_column.push(name);
            continue;
        };
        is_in_name |= target == Target::Field("name");
        causes.push(cause(name, target));
        // One link is enough to find the other columns.
        if options.len() == 1 {
            let label = format!("Change the column “{name}”");
            options.push((format!("column-{index}"), label));
        }
    }
    if !without_column.is_empty() {
        let lacks = match table {
            Some(_) => "No column of this file is used for",
            None => "No item of this file has a value for",
        };
        causes.push(format!("{lacks} {}.", without_column.join(", ")));
    }
    let items = match emptied.items {
        1 => "1 item".to_owned(),
        number => format!("{number} items"),
    };
    let available = if emptied.fields.contains("available") {
        " An item without “available” becomes available."
    } else {
        ""
    };
    let them = if emptied.fields.len() == 1 {
        "it"
    } else {
        "them"
    };
    let no_additions = if preview.counts.created > 0 {
        ", which adds no items"
    } else {
        ""
    };
    let name_option = if is_in_name {
        " A column that is “Name and attribute” becomes both."
    } else {
        ""
    };
    Some(EmptiedWarning {
        text: format!(
            "{} This empties {} in {items}.{available} To keep {them}, choose “Change fields only”{no_additions}.{name_option}",
            causes.join(" "),
            list(&attributes, &others)
        ),
        options,
    })
}

/// Returns the column that would be this attribute, with what it is instead.
fn column(table: &TableColumns<'_>, attribute: &str) -> Option<(usize, Target)> {
    let index = table
        .attribute_names
        .iter()
        .position(|name| name == attribute)?;
    Some((index, *table.mapping.columns.get(index)?))
}

/// Returns the reason why the items of a file have no attribute, although a column has its name.
fn cause(name: &str, target: Target) -> String {
    match target {
        Target::Field(field) => {
            format!("The column “{name}” is now used for the {}.", label(field))
        }
        Target::LeaveOut => format!("The column “{name}” is left out."),
        Target::Attribute | Target::NameAndAttribute => {
            format!("The column “{name}” has no values.")
        }
    }
}

/// Returns the names of attributes and other fields for use within a sentence.
fn list(attributes: &[&str], others: &[&str]) -> String {
    let attributes = match attributes {
        [] => String::new(),
        [one] => format!("the attribute {one}"),
        many => format!("the attributes {}", many.join(", ")),
    };
    let parts = [attributes, others.join(", ")];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use files::import_file::Decimals;
    use service::inventory::EmptiedFields;

    fn text(fields: &[&str], targets: &[(&str, Target)]) -> EmptiedWarning {
        let mapping = Mapping {
            columns: targets.iter().map(|(_, target)| *target).collect(),
            currency: None,
            decimals: Decimals::Point,
        };
        let names: Vec<_> = targets.iter().map(|(name, _)| (*name).to_owned()).collect();
        let preview = FeedPreview {
            emptied: EmptiedFields {
                fields: fields.iter().map(|field| (*field).to_owned()).collect(),
                items: 10,
            },
            ..FeedPreview::default()
        };
        let table = TableColumns {
            mapping: &mapping,
            attribute_names: &names,
        };
        warning(&preview, Some(&table)).unwrap()
    }

    #[test]
    fn warning_names_what_became_of_the_column_of_each_attribute() {
        let columns = [
            ("Nr", Target::Field("id")),
            ("Marke", Target::Field("name")),
            ("Farbe", Target::LeaveOut),
            ("km", Target::Attribute),
        ];
        let one = text(&["attributes.Marke"], &columns);
        assert_eq!(
            one.text,
            "The column “Marke” is now used for the name. This empties the attribute Marke in 10 items. To keep it, choose \
             “Change fields only”. A column that is “Name and attribute” becomes both."
        );
        let controls: Vec<_> = one.options.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(controls, ["mode", "column-1"]);
        let all = ["attributes.Farbe", "attributes.km", "attributes.PS", "url"];
        assert_eq!(
            text(&all, &columns).text,
            "The column “Farbe” is left out. The column “km” has no values. No column of this file is used for PS, url. This \
             empties the attributes Farbe, PS, km and url in 10 items. To keep them, choose “Change fields only”."
        );
    }
}
