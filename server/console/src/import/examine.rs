//! The items of a file, checked under the choices of the member.

use super::choices::Choices;
use super::load::{LoadedImport, feed_refusal, open};
use super::report::{group_by_item, parts};
use super::{Context, Step};
use domain::{FileRefusal, RowErrors};
use files::feed::{ATTRIBUTE, Format};
use files::import_file::CellKey;
use service::inventory::{
    CheckedFeed, Currency, DefaultCurrency, FeedOptions, FeedRefusal, ItemDraft, OnError, Skipped,
    check_entries,
};
use service::store::AllowedRemovals;
use std::collections::{BTreeMap, BTreeSet, HashSet};

pub const NO_VALID_ROW: &str = "No row of the file can be imported as it is. Correct these values and choose the file again, or change \
    the options.";

const UNREADABLE_IDS: &str = "The IDs of some rows cannot be read. The file replaces the inventory, so items that these rows are \
                              about might be removed. Correct the rows and choose the file again, or choose “Add and change items”.";

/// A file that was checked.
pub struct Examination {
    /// The items, or why the file cannot be imported under the choices.
    pub outcome: Result<CheckedFeed, FileRefusal>,
    /// The rows with errors, also of a file that is refused.
    pub skipped: Skipped,
    /// Row of each item, if the file is a table.
    pub rows: Option<Vec<usize>>,
    pub repeated: usize,
    /// Words of the column of availability, and whether each was read as available.
    pub availability: BTreeMap<String, bool>,
    /// Names of the fields that the file has.
    pub fields: BTreeSet<String>,
    /// Delimiter of the file, if it is a table.
    pub delimiter: Option<char>,
    /// Name of the attribute that each column of a table is, or would be.
    pub attribute_names: Vec<String>,
    /// The account's currency, which applies to prices without one.
    pub currency: DefaultCurrency,
}

/// Reads and checks the file on a thread for feeds. Returns the file as well.
pub async fn examine(
    context: &Context<'_>,
    loaded: LoadedImport,
    choices: Choices,
) -> Step<(Examination, LoadedImport)> {
    let services = &context.state.services;
    let currency = services.inventory.currency_for_member(context.member).await;
    let currency = context.map_failure(currency)?;
    let (account, sender) = (context.member.account_id(), context.member.actor());
    let work = move || {
        let examination = examine_file(&loaded.stored.file_name, &loaded.bytes, &choices, currency);
        (examination, loaded)
    };
    Ok(context.state.feeds.run(account, &sender, work).await?)
}

/// Describes the rows with errors on a thread for feeds, with the cells of the file.
pub async fn describe_errors(
    context: &Context<'_>,
    loaded: LoadedImport,
    choices: Choices,
    rows_of_items: Option<Vec<usize>>,
    skipped: &Skipped,
) -> Step<Vec<RowErrors>> {
    if skipped.listed.is_empty() {
        return Ok(Vec::new());
    }
    let errors = skipped.errors();
    let (account, sender) = (context.member.account_id(), context.member.actor());
    let work = move || {
        let fields: Vec<_> = errors.iter().map(parts).collect();
        let keys = fields.iter().map(|(index, field)| CellKey {
            place: match (&rows_of_items, index) {
                (Some(rows), Some(index)) => rows.get(*index).copied(),
                (None, index) => *index,
                (Some(_), None) => None,
            },
            field,
        });
        let keys: Vec<_> = keys.collect();
        let file = open(&loaded.stored.file_name, &loaded.bytes)?;
        let cells = file.cells(choices.mapping.as_ref(), &keys);
        let rows = rows_of_items.as_deref();
        Ok(group_by_item(&errors, cells, rows, choices.decimals()))
    };
    let described: Result<_, FileRefusal> = context.state.feeds.run(account, &sender, work).await?;
    // The file was read before, so it can be read.
    Ok(described.unwrap_or_default())
}

fn examine_file(
    name: &str,
    bytes: &[u8],
    choices: &Choices,
    default: DefaultCurrency,
) -> Examination {
    let mut examination = Examination {
        outcome: Err(FileRefusal::default()),
        skipped: Skipped::default(),
        rows: None,
        repeated: 0,
        availability: BTreeMap::new(),
        fields: BTreeSet::new(),
        delimiter: None,
        attribute_names: Vec::new(),
        currency: default,
    };
    let drafts = match drafts(name, bytes, choices, default.chosen()) {
        Ok(file) => {
            examination.rows = file.rows;
            examination.repeated = file.repeated;
            examination.availability = file.availability;
            examination.delimiter = file.delimiter;
            examination.attribute_names = file.attribute_names;
            file.items
        }
        Err(refusal) => {
            examination.outcome = Err(refusal);
            return examination;
        }
    };
    examination.fields = fields(&drafts, choices);
    // The preview names the rows with errors, and its confirmation skips them.
    let options = FeedOptions {
        mode: choices.mode.feed(AllowedRemovals::Few),
        on_error: OnError::Skip,
    };
    let refuse = |reason: &str| {
        Err(FileRefusal {
            reason: reason.to_owned(),
            rows: Vec::new(),
        })
    };
    // The items of a table have the chosen currency already.
    let chosen = choices.currency().and_then(Currency::parse);
    let currency = chosen.unwrap_or(default.currency);
    examination.outcome = match check_entries(drafts, options, currency) {
        Ok(feed) => {
            examination.skipped = feed.skipped().clone();
            Ok(feed)
        }
        Err(FeedRefusal::Faulty(skipped)) => {
            examination.skipped = skipped;
            refuse(NO_VALID_ROW)
        }
        Err(FeedRefusal::UnreadableIds { skipped, .. }) => {
            examination.skipped = skipped;
            refuse(UNREADABLE_IDS)
        }
    };
    examination
}

/// The names of the fields that the file has: those of its columns, or those that any of its items
/// has. An attribute counts if any item has a value for it.
fn fields(drafts: &[ItemDraft], choices: &Choices) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    let mut attributes: HashSet<&str> = HashSet::new();
    for draft in drafts {
        attributes.extend(draft.attributes.keys().map(String::as_str));
        if choices.mapping.is_some() {
            continue;
        }
        for (name, is_present) in [
            ("category", draft.category.is_some()),
            ("price", draft.price.is_some()),
            ("currency", draft.currency.is_some()),
            ("description", draft.description.is_some()),
            ("url", draft.url.is_some()),
            ("image_url", draft.image_url.is_some()),
            ("available", draft.available.is_some()),
        ] {
            if is_present && !fields.contains(name) {
                fields.insert(name.to_owned());
            }
        }
    }
    let targets = choices.mapping.iter().flat_map(|mapping| &mapping.columns);
    fields.extend(targets.filter_map(|target| target.field().map(str::to_owned)));
    // A price brings its currency.
    if fields.contains("price") {
        fields.insert("currency".to_owned());
    }
    fields.extend(
        attributes
            .into_iter()
            .map(|name| format!("{ATTRIBUTE}{name}")),
    );
    fields
}

/// The items of a file before they are checked.
struct Drafts {
    items: Vec<ItemDraft>,
    rows: Option<Vec<usize>>,
    repeated: usize,
    availability: BTreeMap<String, bool>,
    delimiter: Option<char>,
    attribute_names: Vec<String>,
}

fn drafts(
    name: &str,
    bytes: &[u8],
    choices: &Choices,
    currency: Option<Currency>,
) -> Result<Drafts, FileRefusal> {
    let file = open(name, bytes)?;
    let absent = choices.mode.absent();
    match &choices.mapping {
        Some(mapping) if file.format == Format::Csv => {
            let items = file.items(mapping, currency, absent);
            let items = items.map_err(|error| feed_refusal(error, &file))?;
            Ok(Drafts {
                items: items.drafts,
                rows: Some(items.rows),
                repeated: items.repeated,
                availability: items.availability,
                delimiter: Some(items.delimiter),
                attribute_names: items.attribute_names,
            })
        }
        _ => {
            let drafts = file.drafts(absent);
            let drafts = drafts.map_err(|error| feed_refusal(error, &file))?;
            Ok(Drafts {
                items: drafts,
                rows: None,
                repeated: 0,
                availability: BTreeMap::new(),
                delimiter: None,
                attribute_names: Vec::new(),
            })
        }
    }
}
