//! The third step: the preview of what the import would do.

use super::choices::{Choices, Mode};
use super::emptied::TableColumns;
use super::examine::{Examination, NO_VALID_ROW, describe_errors, examine};
use super::load::LoadedImport;
use super::{Context, Step, emptied, import_path, report, words};
use crate::backend::failure;
use crate::inventory::words::{attributes, grouped};
use domain::{ChangedItem, ImportPage, ImportPreview, NewItem, RowErrors};
use service::Error;
use service::inventory::{
    self, CheckedFeed, DefaultCurrency, FeedPreview, ItemChange, PreviewOutcome, Skipped,
};
use service::store::{AllowedRemovals, FeedBasis, StoredImport};
use sha2::{Digest as _, Sha256};

/// Bytes of one value that the page shows.
const SHOWN_CHARS: usize = 300;

const REMOVES_TOO_MANY: &str = "This file would remove more than 10,000 items, the most that one file may remove. Check that it \
    is the whole inventory, or choose to keep the items that are not in it.";

const CHANGES_TOO_MUCH: &str = "The items that this file would change contain more text than one import may change. Split the file into \
                                several, and import them one after the other.";

/// The member's confirmation, and what is wrong with it.
#[derive(Default)]
pub struct Confirmation {
    /// The number of removals that was typed.
    pub typed: String,
    pub error: Option<String>,
    /// Whether the member confirmed another preview than this one.
    pub is_outdated: bool,
}

/// The page.
pub async fn page(
    context: &Context<'_>,
    loaded: LoadedImport,
    choices: Choices,
) -> Step<ImportPage> {
    let checked = check(context, loaded, choices).await?;
    Ok(draw(checked, Confirmation::default()))
}

pub fn draw(checked: CheckedImport, confirmation: Confirmation) -> ImportPage {
    let CheckedImport {
        stored,
        choices,
        preview,
        refused,
        faulty,
        repeated,
        availability,
        errors,
        removed,
        digest,
        attribute_names,
        ..
    } = checked;
    let table = choices.mapping.as_ref().map(|mapping| TableColumns {
        mapping,
        attribute_names: &attribute_names,
    });
    let emptied = (choices.mode == Mode::Merge)
        .then(|| emptied::warning(&preview, table.as_ref()))
        .flatten();
    ImportPage::Preview(Box::new(ImportPreview {
        path: import_path(&stored.id),
        file_name: stored.file_name,
        refused,
        counts: report::counts(preview.counts, faulty, repeated),
        created: preview.created.into_iter().map(created).collect(),
        updated: preview.updated.into_iter().map(changed).collect(),
        removed,
        emptied,
        availability,
        errors,
        digest,
        is_outdated: confirmation.is_outdated,
        typed: confirmation.typed,
        typed_error: confirmation.error,
    }))
}

/// The effects of an import, as far as they can be read without it.
pub struct CheckedImport {
    pub stored: StoredImport,
    pub choices: Choices,
    /// The items, if they can be imported.
    pub feed: Option<CheckedFeed>,
    pub preview: FeedPreview,
    /// The reason for which nothing can be imported.
    refused: Option<String>,
    /// Number of rows with errors.
    pub faulty: usize,
    pub repeated: usize,
    /// How words in the column of availability were read.
    availability: Option<String>,
    /// Errors of these rows as far as they are listed, or of the file as a whole.
    pub errors: Vec<RowErrors>,
    /// Id and name of the first items that would be removed.
    removed: Vec<(String, String)>,
    /// Digest of everything that a member confirms.
    pub digest: String,
    /// Delimiter of the file, if it is a table.
    pub delimiter: Option<char>,
    /// Name of the attribute that each column of a table is, or would be.
    attribute_names: Vec<String>,
}

/// Checks the file, and compares it with the stored items.
pub async fn check(
    context: &Context<'_>,
    loaded: LoadedImport,
    choices: Choices,
) -> Step<CheckedImport> {
    let stored = loaded.stored.clone();
    let (mut examination, loaded) = examine(context, loaded, choices.clone()).await?;
    let rows = examination.rows.take();
    let mut checked = CheckedImport {
        stored,
        choices: choices.clone(),
        feed: None,
        preview: FeedPreview::default(),
        refused: None,
        faulty: 0,
        repeated: examination.repeated,
        availability: words::availability(&examination.availability),
        errors: Vec::new(),
        removed: Vec::new(),
        digest: String::new(),
        delimiter: examination.delimiter,
        attribute_names: std::mem::take(&mut examination.attribute_names),
    };
    let skipped = compare(context, &mut checked, examination).await?;
    checked.faulty = skipped.count;
    let errors = describe_errors(context, loaded, choices, rows, &skipped).await?;
    checked.errors.splice(..0, errors);
    Ok(checked)
}

/// Compares the items of a file with the stored ones. Returns the rows that are skipped.
async fn compare(
    context: &Context<'_>,
    checked: &mut CheckedImport,
    examination: Examination,
) -> Step<Skipped> {
    let Examination {
        outcome,
        skipped,
        fields,
        currency,
        ..
    } = examination;
    let feed = match outcome {
        Ok(feed) => feed,
        Err(refusal) => {
            checked.errors = refusal.rows;
            checked.refused = Some(refusal.reason);
            return Ok(skipped);
        }
    };
    // The number of removals has no limit here: the page shows it, and the member has to type it.
    let mode = checked.choices.mode.feed(AllowedRemovals::UpTo(u64::MAX));
    let services = &context.state.services;
    let previewed = services
        .imports
        .preview(context.member, &feed, mode, &fields);
    let (refused, skipped) = match previewed.await {
        Ok(PreviewOutcome::WouldStore(preview)) => {
            let removed = services
                .imports
                .names_of_items(context.member, &preview.removed);
            checked.removed = context.map_failure(removed.await)?;
            checked.digest = digest(&checked.stored, &checked.choices, currency, &preview.basis);
            // An update also finds errors that depend on the stored items, such as unknown ids.
            let skipped = preview.skipped.clone();
            checked.preview = preview;
            checked.feed = Some(feed);
            return Ok(skipped);
        }
        Ok(PreviewOutcome::Rejected(skipped)) => (NO_VALID_ROW.to_owned(), skipped),
        Ok(PreviewOutcome::RemovesTooMany | PreviewOutcome::RemovalNotAllowed(_)) => {
            (REMOVES_TOO_MANY.to_owned(), skipped)
        }
        Ok(PreviewOutcome::ChangesTooMuch) => (CHANGES_TOO_MUCH.to_owned(), skipped),
        Err(error @ Error::OverQuota(_)) => {
            let failure = failure(error, &context.visitor.request_id);
            (failure.message(), skipped)
        }
        Err(error) => return context.map_failure(Err(error)),
    };
    checked.refused = Some(refused);
    Ok(skipped)
}

/// Returns the digest of everything on which the effects of an import depend: its file, which never
/// changes, the choices, the currency of prices without one, and the stored items that it touches.
fn digest(
    stored: &StoredImport,
    choices: &Choices,
    currency: DefaultCurrency,
    basis: &FeedBasis,
) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    };
    add(&stored.id);
    add(&choices.write());
    add(currency.currency.code());
    // If it was not chosen, rows with prices for which the file names none are skipped.
    add(if currency.is_chosen { "chosen" } else { "" });
    for (id, version) in &basis.stored {
        add(id);
        add(&version.revision.to_string());
        add(&version.updated_at.millis().to_string());
    }
    add("");
    for id in &basis.removed {
        add(id);
    }
    hex::encode(hash.finalize())
}

fn created(item: inventory::CreatedItem) -> NewItem {
    let currency = item.currency;
    let price = item
        .price
        .map(|price| format!("{} {currency}", grouped(&price)));
    let price = price.unwrap_or_default();
    NewItem {
        attributes: attributes(&item.attributes, item.attribute_count),
        id: item.id,
        name: item.name,
        price,
        available: item.available,
    }
}

fn changed(change: ItemChange) -> ChangedItem {
    let cut = |text: String| match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    let fields = change.fields.into_iter().map(|field| {
        let shown = |text: String| match &*field.name {
            "price" => grouped(&text),
            _ => cut(text),
        };
        let (before, after) = (field.before.map(shown), field.after.map(shown));
        (field.name, before, after)
    });
    ChangedItem {
        fields: fields.collect(),
        id: change.id,
    }
}
