//! The third step: the preview of what the import would do.

use super::choices::{Choices, Mode};
use super::examine::{FAULTY_ROWS, examine};
use super::load::LoadedImport;
use super::{Context, Step, import_path, report};
use crate::backend::failure;
use domain::{ChangedItem, ImportPage, ImportPreview, NewItem, RowErrors};
use service::Error;
use service::inventory::{
    self, CheckedFeed, Currency, FeedPreview, ItemChange, PreviewOutcome, Skipped,
};
use service::store::{AllowedRemovals, FeedBasis, StoredImport};
use sha2::{Digest as _, Sha256};

/// Bytes of one value that the page shows.
const SHOWN_CHARS: usize = 300;

const REMOVES_TOO_MANY: &str = "This file would remove more than 10,000 items, the most that one file may remove. Check that it \
    is the whole inventory, or choose to keep the items that are not in it.";

const CHANGES_TOO_MUCH: &str = "The items that this file would change contain more text than one import may change. Split the file into \
                                several, and import them one after the other.";

/// The confirmation of the member, and its fault.
#[derive(Default)]
pub struct Confirmation {
    /// The number of removals that was typed.
    pub typed: String,
    pub error: Option<String>,
    /// The preview that was confirmed is not this one.
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
        skipped,
        repeated,
        mut faults,
        removed,
        digest,
        ..
    } = checked;
    faults.splice(..0, report::rows(&skipped.errors()));
    let emptied = (choices.mode == Mode::Merge)
        .then(|| report::emptied(&preview.emptied, choices.mapping.is_some()))
        .flatten();
    ImportPage::Preview(Box::new(ImportPreview {
        path: import_path(&stored.id),
        file_name: stored.file_name,
        refused,
        counts: report::counts(preview.counts, skipped.count, repeated),
        created: preview.created.into_iter().map(created).collect(),
        updated: preview.updated.into_iter().map(changed).collect(),
        removed,
        emptied,
        faults,
        reported: skipped.listed.len() as u64,
        skips: choices.skips,
        digest,
        is_outdated: confirmation.is_outdated,
        typed: confirmation.typed,
        error: confirmation.error,
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
    /// The faulty rows.
    pub skipped: Skipped,
    pub repeated: usize,
    /// Faults of the file as a whole.
    faults: Vec<RowErrors>,
    /// Id and name of the first items that would be removed.
    removed: Vec<(String, String)>,
    /// Identifies what a member confirms.
    pub digest: String,
}

/// Checks the file, and compares it with the stored items.
pub async fn check(
    context: &Context<'_>,
    loaded: LoadedImport,
    choices: Choices,
) -> Step<CheckedImport> {
    let stored = loaded.stored.clone();
    // However many items are removed, the page shows the number and asks for it.
    let mode = choices.mode.feed(AllowedRemovals::UpTo(u64::MAX));
    let examination = examine(context, loaded, choices.clone()).await?;
    let currency = examination.currency;
    let mut checked = CheckedImport {
        stored,
        choices,
        feed: None,
        preview: FeedPreview::default(),
        refused: None,
        skipped: examination.skipped,
        repeated: examination.repeated,
        faults: Vec::new(),
        removed: Vec::new(),
        digest: String::new(),
    };
    let feed = match examination.outcome {
        Ok(feed) => feed,
        Err(refusal) => {
            checked.faults = refusal.rows;
            checked.refused = Some(refusal.reason);
            return Ok(checked);
        }
    };
    let services = &context.state.services;
    let previewed = services
        .imports
        .preview(context.member, &feed, mode, &examination.fields);
    let refused = match previewed.await {
        Ok(PreviewOutcome::WouldStore(preview)) => {
            // An update finds further faults in the stored items, such as ids that are not there.
            checked.skipped = preview.skipped.clone();
            let removed = services
                .imports
                .names_of_items(context.member, &preview.removed);
            checked.removed = context.map_failure(removed.await)?;
            checked.digest = digest(&checked.stored, &checked.choices, currency, &preview.basis);
            checked.preview = preview;
            checked.feed = Some(feed);
            return Ok(checked);
        }
        Ok(PreviewOutcome::Rejected(skipped)) => {
            checked.skipped = skipped;
            FAULTY_ROWS.to_owned()
        }
        Ok(PreviewOutcome::RemovesTooMany | PreviewOutcome::RemovalNotAllowed(_)) => {
            REMOVES_TOO_MANY.to_owned()
        }
        Ok(PreviewOutcome::ChangesTooMuch) => CHANGES_TOO_MUCH.to_owned(),
        Err(error @ Error::OverQuota(_)) => failure(error, &context.visitor.request_id).message(),
        Err(error) => return context.map_failure(Err(error)),
    };
    checked.refused = Some(refused);
    Ok(checked)
}

/// The digest of everything on which the effects of an import depend: its file, which never
/// changes, the choices, the currency of prices without one, and the stored items that it touches.
fn digest(
    stored: &StoredImport,
    choices: &Choices,
    currency: Currency,
    basis: &FeedBasis,
) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    };
    add(&stored.id);
    add(&choices.write());
    add(currency.code());
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
    let price = item.price.map(|price| format!("{price} {currency}"));
    let price = price.unwrap_or_default();
    NewItem {
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
        let (before, after) = (field.before.map(cut), field.after.map(cut));
        (field.name, before, after)
    });
    ChangedItem {
        fields: fields.collect(),
        id: change.id,
    }
}
