//! The items of a file, checked under the choices of the member.

use super::choices::{Choices, Mode};
use super::load::{Loaded, open, refused};
use super::{Context, Step, report};
use crate::feed::Format;
use domain::FileRefusal;
use service::inventory::{
    CheckedFeed, Currency, EntryError, FeedMode, FeedOptions, ItemDraft, OnError, check_feed,
};
use service::store::Removals;

pub const FAULTY: &str = "The file has faulty rows. Correct them and choose the file again, or change the choices so that faulty \
    rows are skipped.";
const NONE_GOOD: &str = "No row of the file can be imported as it is. Correct these values and choose the file again, or change \
    the choices.";

/// A file that was checked.
pub struct Examined {
    /// The items, or why the file cannot be imported under the choices.
    pub outcome: Result<CheckedFeed, FileRefusal>,
    /// The faults of rows, also of a file that is refused, as many as a feed reports.
    pub errors: Vec<EntryError>,
    /// The number of faulty rows.
    pub faulty: usize,
    pub repeated: usize,
    /// The account's currency, of prices without one.
    pub currency: Currency,
}

/// Reads and checks the file on a thread for feeds.
pub async fn examine(context: &Context<'_>, loaded: Loaded, choices: Choices) -> Step<Examined> {
    let service = &context.state.service;
    let currency = service.currency_for_member(context.member).await;
    let currency = context.told(currency)?;
    let (account, sender) = (context.member.account_id(), context.member.actor());
    let work = move || {
        let Loaded {
            stored,
            bytes,
            share,
        } = loaded;
        let examined = examined(&stored.file_name, &bytes, &choices, currency);
        drop(share);
        examined
    };
    Ok(context.state.feeds.run(account, &sender, work).await?)
}

fn examined(name: &str, bytes: &[u8], choices: &Choices, currency: Currency) -> Examined {
    let (drafts, repeated) = match drafts(name, bytes, choices, currency) {
        Ok(read) => read,
        Err(refusal) => {
            return Examined {
                outcome: Err(refusal),
                errors: Vec::new(),
                faulty: 0,
                repeated: 0,
                currency,
            };
        }
    };
    let mode = match choices.mode {
        Mode::Replace if !choices.skips => FeedMode::Merge,
        mode => mode.feed(Removals::Few),
    };
    // All faults are reported at once, also if none is to be skipped.
    let options = FeedOptions {
        mode,
        on_error: OnError::Skip,
    };
    let refused = |reason: &str| {
        Err(FileRefusal {
            reason: reason.to_owned(),
            rows: Vec::new(),
        })
    };
    match check_feed(drafts, options, currency) {
        Ok(feed) => {
            let faulty = feed.skipped().count;
            let errors = feed.skipped().errors();
            Examined {
                outcome: match (faulty, choices.skips) {
                    (_, true) => Ok(feed),
                    (0, false) => Ok(feed.or_nothing()),
                    (_, false) => refused(FAULTY),
                },
                errors,
                faulty,
                repeated,
                currency,
            }
        }
        Err(errors) => Examined {
            outcome: refused(NONE_GOOD),
            faulty: report::rows(&errors).len(),
            errors,
            repeated,
            currency,
        },
    }
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
            let items = file.items(mapping, currency, absent).map_err(refused)?;
            Ok((items.drafts, items.repeated))
        }
        _ => {
            let drafts = file.drafts(absent).map_err(refused)?;
            Ok((drafts, 0))
        }
    }
}
