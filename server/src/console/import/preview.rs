//! The third step: what the import would do, and doing it.

use super::choices::{Choices, Mode};
use super::examine::{FAULTY, examine};
use super::load::Loaded;
use super::{Context, Step, Stop, at, report};
use crate::console::door::failure;
use crate::console::see_other;
use axum::http::StatusCode;
use domain::{ChangedItem, Failure, ImportPage, ImportPreview, RowProblem};
use service::Error;
use service::inventory::{
    EntryError, FeedOutcome, FeedPreview, ImportOutcome, ItemChange, PreviewOutcome,
};
use service::store::{LargeRemoval, Removals};

/// Bytes of one value that the page shows.
const SHOWN_CHARS: usize = 300;

const REMOVES_TOO_MANY: &str = "This file would remove more than 10,000 items, the most that one file may remove. Check that it \
    is the whole inventory, or choose to keep the items that are not in it.";

const CHANGES_TOO_MUCH: &str = "The items that this file would change hold more than one import may change. Split the file into \
    several, and import them one after the other.";

/// A number of removals that was typed and is not right.
pub struct Typed {
    text: String,
    error: String,
}

/// The page.
pub async fn page(
    context: &Context<'_>,
    loaded: Loaded,
    choices: Choices,
    typed: Option<Typed>,
) -> Step<ImportPage> {
    let name = loaded.stored.file_name.clone();
    let path = at(&loaded.stored.id);
    let skips = choices.skips;
    let Previewed {
        preview,
        refused,
        errors,
        faulty,
        repeated,
        mut faults,
    } = preview(context, loaded, choices).await?;
    faults.splice(..0, report::rows(&errors));
    let (typed, error) = match typed {
        Some(Typed { text, error }) => (text, Some(error)),
        None => (String::new(), None),
    };
    Ok(ImportPage::Preview(Box::new(ImportPreview {
        path,
        file_name: name,
        refused,
        counts: report::counts(preview.counts, faulty, repeated),
        created: preview.created,
        updated: preview.updated.into_iter().map(changed).collect(),
        removed: preview.removed,
        faults,
        skips,
        typed,
        error,
    })))
}

/// The effects of an import, as far as they can be read without it.
pub struct Previewed {
    preview: FeedPreview,
    /// The reason for which nothing can be imported.
    refused: Option<String>,
    /// The faults of rows.
    pub errors: Vec<EntryError>,
    faulty: usize,
    repeated: usize,
    /// Faults of the file as a whole.
    faults: Vec<RowProblem>,
}

/// Checks the file, and compares it with the stored items.
pub async fn preview(context: &Context<'_>, loaded: Loaded, choices: Choices) -> Step<Previewed> {
    // However many items are removed, the page shows the number and asks for it.
    let mode = choices.mode.feed(Removals::UpTo(u64::MAX));
    let examined = examine(context, loaded, choices).await?;
    let mut previewed = Previewed {
        preview: FeedPreview::default(),
        refused: None,
        errors: examined.errors,
        faulty: examined.faulty,
        repeated: examined.repeated,
        faults: Vec::new(),
    };
    let feed = match examined.outcome {
        Ok(feed) => feed,
        Err(refusal) => {
            previewed.faults = refusal.rows;
            previewed.refused = Some(refusal.reason);
            return Ok(previewed);
        }
    };
    let service = &context.state.service;
    let refused = match service.preview_import(context.member, feed, mode).await {
        Ok(PreviewOutcome::WouldStore(preview)) => {
            // An update finds further faults in the stored items, such as ids that are not there.
            previewed.errors = preview.skipped.errors();
            previewed.faulty = preview.skipped.count;
            previewed.preview = preview;
            return Ok(previewed);
        }
        Ok(PreviewOutcome::Rejected(errors)) => {
            previewed.faulty = report::rows(&errors).len();
            previewed.errors = errors;
            FAULTY.to_owned()
        }
        Ok(PreviewOutcome::RemovesTooMany | PreviewOutcome::RemovalNotAllowed(_)) => {
            REMOVES_TOO_MANY.to_owned()
        }
        Ok(PreviewOutcome::ChangesTooMuch) => CHANGES_TOO_MUCH.to_owned(),
        Err(error @ Error::OverQuota(_)) => failure(error, &context.visitor.request_id).message(),
        Err(error) => return context.told(Err(error)),
    };
    previewed.refused = Some(refused);
    Ok(previewed)
}

/// Applies the import, and leads to its result.
pub async fn apply(
    context: &Context<'_>,
    loaded: Loaded,
    choices: Choices,
    typed: &str,
) -> Step<ImportPage> {
    let (service, member) = (&context.state.service, context.member);
    let stored = loaded.stored.clone();
    let examined = examine(context, loaded, choices.clone()).await?;
    let repeated = examined.repeated;
    let Ok(feed) = examined.outcome else {
        return again(context, &stored.id, None).await;
    };
    let mut removals = 0;
    if choices.mode == Mode::Replace {
        removals = context.told(service.count_removals(member, &feed).await)? as u64;
        if let Some(error) = wrong(typed, removals) {
            let text = typed.to_owned();
            return again(context, &stored.id, Some(Typed { text, error })).await;
        }
    }
    let mode = choices.mode.feed(Removals::UpTo(removals));
    let name = stored.file_name.clone();
    let result = |report: &_| report::write(&name, report, repeated);
    let applied = service
        .apply_import(
            member,
            &context.visitor.client,
            &stored.id,
            feed,
            mode,
            &result,
        )
        .await;
    match applied {
        Ok(ImportOutcome::Applied) => Err(see_other(&at(&stored.id)).into()),
        Ok(ImportOutcome::Refused(outcome)) => {
            let typed = match outcome {
                FeedOutcome::RemovalNotAllowed(LargeRemoval { removed, .. }) => Some(Typed {
                    text: typed.to_owned(),
                    error: changed_meanwhile(removed),
                }),
                _ => None,
            };
            again(context, &stored.id, typed).await
        }
        Err(error) => {
            let failure = failure(error, &context.visitor.request_id);
            if let Failure::Unavailable = failure
                && let Ok(found) = service.find_import(member, &stored.id).await
                && found.result.is_some()
            {
                // Another request applied it first.
                return Err(see_other(&at(&stored.id)).into());
            }
            match failure {
                Failure::QuotaExceeded { .. } => again(context, &stored.id, None).await,
                failure => Err(Stop::Failed(failure)),
            }
        }
    }
}

/// The page again, as the answer to a confirmation that changed nothing.
async fn again(context: &Context<'_>, id: &str, typed: Option<Typed>) -> Step<ImportPage> {
    let (stored, choices) = super::chosen(context, id).await?;
    let loaded = super::load::load(context, stored).await?;
    let page = page(context, loaded, choices, typed).await?;
    Err(Stop::page(StatusCode::UNPROCESSABLE_ENTITY, page))
}

/// The error of the typed number of removals, if it is not the right one.
fn wrong(typed: &str, removals: u64) -> Option<String> {
    let typed = typed.trim();
    let is_right = match typed.parse::<u64>() {
        Ok(number) => number == removals,
        Err(_) => typed.is_empty() && removals == 0,
    };
    (!is_right).then(|| match removals {
        0 => "No items would be removed any more. Check the preview again, then confirm it."
            .to_owned(),
        _ if typed.is_empty() => format!("Type {removals}, the number of items that are removed."),
        _ => changed_meanwhile(removals),
    })
}

fn changed_meanwhile(removals: u64) -> String {
    format!(
        "The import would remove {removals} items now. Check the preview again, then type {removals}."
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_removals_has_to_be_typed_exactly() {
        for (typed, removals, is_right) in [
            ("", 0, true),
            ("0", 0, true),
            ("3", 3, true),
            (" 3 ", 3, true),
            ("", 3, false),
            ("4", 3, false),
            ("2", 3, false),
            ("1", 0, false),
            ("three", 3, false),
            ("-3", 3, false),
        ] {
            assert_eq!(
                wrong(typed, removals).is_none(),
                is_right,
                "{typed} {removals}"
            );
        }
    }
}
