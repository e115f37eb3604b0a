//! The items of a file, checked under the choices of the member.

use super::choices::{Choices, Mode};
use super::load::{LoadedImport, feed_refusal, open};
use super::{Context, Step};
use domain::FileRefusal;
use files::feed::{ATTRIBUTE, Format};
use service::inventory::{
    CheckedFeed, Currency, FeedMode, FeedOptions, FeedRefusal, ItemDraft, OnError, Skipped,
    check_entries,
};
use service::store::AllowedRemovals;
use std::collections::{BTreeSet, HashSet};

pub const FAULTY_ROWS: &str = "The file has rows with errors. Correct them and choose the file again, or change the choices so that rows \
                                   with errors are skipped.";
const NO_VALID_ROW: &str = "No row of the file can be imported as it is. Correct these values and choose the file again, or change \
    the choices.";

const UNREADABLE_IDS: &str = "The IDs of some rows cannot be read. The file replaces the inventory, so items that these rows are \
                              about might be removed. Correct the rows and choose the file again, or choose “Add and change items”.";

/// A file that was checked.
pub struct Examination {
    /// The items, or why the file cannot be imported under the choices.
    pub outcome: Result<CheckedFeed, FileRefusal>,
    /// The faulty rows, also of a file that is refused.
    pub skipped: Skipped,
    pub repeated: usize,
    /// Names of the fields that the file has.
    pub fields: BTreeSet<String>,
    /// The account's currency, of prices without one.
    pub currency: Currency,
}

/// Reads and checks the file on a thread for feeds.
pub async fn examine(
    context: &Context<'_>,
    loaded: LoadedImport,
    choices: Choices,
) -> Step<Examination> {
    let services = &context.state.services;
    let currency = services.inventory.currency_for_member(context.member).await;
    let currency = context.map_failure(currency)?;
    let (account, sender) = (context.member.account_id(), context.member.actor());
    let work = move || {
        let LoadedImport {
            stored,
            bytes,
            share,
        } = loaded;
        let examination = examine_file(&stored.file_name, &bytes, &choices, currency);
        drop(share);
        examination
    };
    Ok(context.state.feeds.run(account, &sender, work).await?)
}

fn examine_file(name: &str, bytes: &[u8], choices: &Choices, currency: Currency) -> Examination {
    let mut examination = Examination {
        outcome: Err(FileRefusal::default()),
        skipped: Skipped::default(),
        repeated: 0,
        fields: BTreeSet::new(),
        currency,
    };
    let drafts = match drafts(name, bytes, choices, currency) {
        Ok((drafts, repeated)) => {
            examination.repeated = repeated;
            drafts
        }
        Err(refusal) => {
            examination.outcome = Err(refusal);
            return examination;
        }
    };
    examination.fields = fields(&drafts, choices);
    let mode = match choices.mode {
        Mode::Replace if !choices.skips => FeedMode::Merge,
        mode => mode.feed(AllowedRemovals::Few),
    };
    // All faults are reported at once, also if none is to be skipped.
    let options = FeedOptions {
        mode,
        on_error: OnError::Skip,
    };
    let refuse = |reason: &str| {
        Err(FileRefusal {
            reason: reason.to_owned(),
            rows: Vec::new(),
        })
    };
    examination.outcome = match check_entries(drafts, options, currency) {
        Ok(feed) => {
            examination.skipped = feed.skipped().clone();
            match (examination.skipped.count, choices.skips) {
                (_, true) => Ok(feed),
                (0, false) => Ok(feed.reject_on_error()),
                (_, false) => refuse(FAULTY_ROWS),
            }
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
    fields.extend(targets.map(|target| target.as_str().to_owned()));
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

fn drafts(
    name: &str,
    bytes: &[u8],
    choices: &Choices,
    currency: Currency,
) -> Result<(Vec<ItemDraft>, usize), FileRefusal> {
    let file = open(name, bytes)?;
    let absent = choices.mode.absent();
    match &choices.mapping {
        Some(mapping) if file.format == Format::Csv => {
            let items = file.items(mapping, currency, absent);
            let items = items.map_err(|error| feed_refusal(error, &file))?;
            Ok((items.drafts, items.repeated))
        }
        _ => {
            let drafts = file.drafts(absent);
            let drafts = drafts.map_err(|error| feed_refusal(error, &file))?;
            Ok((drafts, 0))
        }
    }
}
