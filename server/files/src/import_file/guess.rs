//! Guess of the mapping of a table's columns, by their names and their values.

use super::currency_signs::FREQUENT_CODES;
use super::names::{MAKES, MODELS, NAMES, VAGUE, misleading_names, normalise, words};
use super::price;
use super::table_start::is_prefixed_attribute;
use super::value::parse_availability;
use super::{Decimals, Mapping, Table, TableColumn, Target};
use service::inventory::Currency;

/// Maximum number of attributes of an item.
const MAX_ATTRIBUTES: usize = 50;

/// Returns the most likely mapping of a table.
///
/// A column that has the name of a field becomes that field, whatever its values are: a value that
/// cannot be read is a fault of its row.
pub fn guess(table: &Table) -> Mapping {
    let names: Vec<String> = table.columns.iter().map(name).collect();
    let misleading_names = misleading_names(&names);
    let is_by_variant = is_by_variant(table, &names);
    let is_misleading = |alias: &str| {
        words(misleading_names).any(|name| name == alias) || (is_by_variant && alias == "handle")
    };
    let mut columns = vec![Target::Attribute; names.len()];
    for (field, alias) in NAMES {
        if columns.contains(&Target::Field(field)) {
            continue;
        }
        let alias = words(alias).filter(|alias| !is_misleading(alias));
        let candidates = alias.flat_map(|alias| {
            let columns = names.iter().zip(&table.columns).enumerate();
            columns.filter_map(move |(index, (name, column))| {
                let is_vague = words(VAGUE).any(|vague| vague == alias);
                let is_field = name == alias && (!is_vague || is_mostly_availability(column));
                is_field.then_some((index, column))
            })
        });
        let candidates: Vec<_> = candidates
            .filter(|(index, _)| columns[*index] == Target::Attribute)
            .collect();
        // Some shops leave a column such as `Variant SKU` empty.
        let filled = candidates
            .iter()
            .find(|(_, column)| !column.values.is_empty());
        if let Some((index, _)) = filled.or(candidates.first()) {
            columns[*index] = Target::Field(field);
        }
    }
    join_make_and_model(&mut columns, table, &names);
    let mut attributes = 0;
    for (target, column) in columns.iter_mut().zip(&table.columns) {
        // Columns of the console's own files are attributes, however many there are.
        if !target.is_attribute() || is_prefixed_attribute(&column.header) {
            continue;
        }
        attributes += usize::from(!column.values.is_empty());
        if column.values.is_empty() || attributes > MAX_ATTRIBUTES {
            *target = target.field().map_or(Target::LeaveOut, Target::Field);
        }
    }
    let column_of = |field| {
        let index = columns
            .iter()
            .position(|target| *target == Target::Field(field))?;
        table.columns.get(index)
    };
    let price = column_of("price");
    let prices = price.map_or(&[][..], |column| &column.values);
    Mapping {
        currency: price.and_then(|column| {
            let values = column.values.iter().map(String::as_str);
            let in_cells = || price::currency_of(values).map(str::to_owned);
            currency_in(&column.header).or_else(in_cells)
        }),
        decimals: decimals(prices, table.delimiter),
        columns,
    }
}

/// Proposes the make and the model as the name, if no column has a name and both have values. They
/// are attributes as well, so that items can still be told apart by them.
fn join_make_and_model(columns: &mut [Target], table: &Table, names: &[String]) {
    let is_named = |list, index: usize| words(list).any(|name| names[index] == name);
    let name = columns
        .iter()
        .position(|target| target.field() == Some("name"));
    if name.is_some_and(|index| !is_named(MODELS, index)) {
        return;
    }
    let find = |list| {
        let mut filled = (0..columns.len()).filter(|index| {
            let is_free = columns[*index] == Target::Attribute || Some(*index) == name;
            is_free && is_named(list, *index) && !table.columns[*index].values.is_empty()
        });
        filled.next()
    };
    // The parts of a name are joined in the order of the columns.
    if let (Some(make), Some(model)) = (find(MAKES), find(MODELS))
        && make < model
    {
        columns[make] = Target::NameAndAttribute;
        columns[model] = Target::NameAndAttribute;
    }
}

/// Returns the name of a column without a currency at its end, as in `price_eur`.
fn name(column: &TableColumn) -> String {
    let mut name = normalise(&column.header);
    let code = name.len().checked_sub(3).filter(|start| *start > 0);
    let mut has_currency = column.header.trim_end().ends_with(['€', '£']);
    if let Some(start) = code
        && currency_in(&column.header).is_some()
        && let Some(end) = name.get(start..)
        && FREQUENT_CODES.contains(&&*end.to_uppercase())
    {
        name.truncate(start);
        has_currency = true;
    }
    // As in `Preis in EUR` and `Preis in €`.
    let stem = name.strip_suffix("in").filter(|stem| !stem.is_empty());
    if let Some(stem) = stem.filter(|_| has_currency) {
        name.truncate(stem.len());
    }
    name
}

/// Returns whether most values of a column can be read as available or not.
fn is_mostly_availability(column: &TableColumn) -> bool {
    let values = column.values.iter();
    let known = values
        .filter(|value| parse_availability(value).is_some())
        .count();
    2 * known > column.values.len()
}

/// Returns whether the variants in a table of Shopify have their own numbers. Otherwise its items
/// are products, each under its handle.
fn is_by_variant(table: &Table, names: &[String]) -> bool {
    let filled = |wanted: &str| {
        let index = names.iter().position(|name| name == wanted);
        index.map_or(0, |index| table.columns[index].filled)
    };
    let has_handles = filled("handle") > 0;
    // The first row of each product has its title, and each variant has a price.
    let variants = filled("variantsku");
    has_handles && variants > filled("title") && variants >= filled("variantprice")
}

/// Returns the currency that a header names, such as `EUR` in `Preis (EUR)`.
fn currency_in(header: &str) -> Option<String> {
    for (symbol, code) in [("€", "EUR"), ("£", "GBP")] {
        if header.contains(symbol) {
            return Some(code.to_owned());
        }
    }
    let in_brackets = header
        .split_once(['(', '['])
        .and_then(|(_, rest)| rest.split_once([')', ']']))
        .map(|(inside, _)| inside.trim());
    let code = in_brackets.filter(|code| Currency::parse(code).is_some());
    let mut words = header.split(|c: char| !c.is_alphanumeric()).skip(1);
    let code = code.map(str::to_owned);
    code.or_else(|| {
        let word = words.find(|word| FREQUENT_CODES.contains(&&*word.to_uppercase()))?;
        Some(word.to_uppercase())
    })
}

/// Returns the decimal separator, from the prices that are unambiguous.
///
/// If they are undecided, it follows from the delimiter: a comma that separates cells seldom
/// separates decimals.
fn decimals(prices: &[String], delimiter: char) -> Decimals {
    let votes = |wanted| {
        let votes = prices.iter().filter_map(|text| price::decimals(text));
        votes.filter(|vote| *vote == wanted).count()
    };
    let (point, comma) = (votes(Decimals::Point), votes(Decimals::Comma));
    let is_comma = comma > point || comma == point && delimiter == ';';
    if is_comma {
        Decimals::Comma
    } else {
        Decimals::Point
    }
}
