//! The confirmation of a preview, and applying the import.
//!
//! The form contains the digest of the preview, which is computed again before the import is
//! applied: if the choices or the stored items have changed, nothing is imported and the page shows
//! the new preview. The transaction that changes the items compares the stored items once more, so
//! that a change between this check and the commit is found, too.

use super::choices::{Choices, Mode};
use super::load::LoadedImport;
use super::preview::{CheckedImport, Confirmation, check, draw};
use super::{Context, EarlyExit, Step, find_with_choices, import_path, load_pending, report};
use crate::backend::failure;
use crate::fields::Fields;
use crate::see_other;
use axum::http::StatusCode;
use domain::{Failure, ImportPage};
use service::inventory::{ImportOutcome, ImportToApply};
use service::store::AllowedRemovals;

/// Applies the import and redirects to its result.
pub async fn apply(
    context: &Context<'_>,
    loaded: LoadedImport,
    choices: Choices,
    fields: &Fields,
) -> Step<ImportPage> {
    let mut checked = check(context, loaded, choices).await?;
    let is_no_change = report::counts(checked.preview.counts, 0, 0).is_no_change();
    if checked.feed.is_some() && is_no_change {
        // The page offers no button for this, but the items may have changed since its preview.
        redirect_if_applied(context, &checked.stored.id).await?;
        return refuse(checked, Confirmation::default());
    }
    let is_outdated = fields.text("preview") != checked.digest;
    let feed = match checked.feed.take() {
        Some(feed) if !is_outdated => feed,
        feed => {
            // Another request may have applied it since the file was read.
            redirect_if_applied(context, &checked.stored.id).await?;
            let confirmation = Confirmation {
                is_outdated: feed.is_some(),
                ..Confirmation::default()
            };
            return refuse(checked, confirmation);
        }
    };
    let mut removals = 0;
    if checked.choices.mode == Mode::Replace {
        removals = checked.preview.counts.removed;
        let typed = fields.text("removals");
        if let Some(error) = removal_error(&typed, removals) {
            let confirmation = Confirmation {
                typed,
                error: Some(error),
                ..Confirmation::default()
            };
            return refuse(checked, confirmation);
        }
    }
    let CheckedImport {
        stored,
        choices,
        preview,
        repeated,
        errors,
        delimiter,
        ..
    } = checked;
    let (name, id) = (&stored.file_name, &stored.id);
    let import = ImportToApply {
        stored: &stored,
        feed,
        mode: choices.mode.feed(AllowedRemovals::UpTo(removals)),
        mode_name: choices.mode.as_str(),
        basis: &preview.basis,
        mapping: choices.used_mapping(),
        result: &|report| report::write(name, report, repeated, &errors, delimiter),
    };
    let (services, member) = (&context.state.services, context.member);
    let applied = services
        .imports
        .apply(member, &context.visitor.client, import)
        .await;
    let failure = match applied {
        Ok(ImportOutcome::Applied) => return Err(see_other(&import_path(id)).into()),
        Ok(ImportOutcome::Outdated) => return preview_again(context, id, true).await,
        Ok(ImportOutcome::Refused(_)) => return preview_again(context, id, false).await,
        Err(error) => failure(error, &context.visitor.request_id),
    };
    match failure {
        // The preview names the quota.
        Failure::QuotaExceeded { .. } => preview_again(context, id, false).await,
        Failure::Unavailable => {
            redirect_if_applied(context, id).await?;
            Err(EarlyExit::Failure(failure))
        }
        failure => Err(EarlyExit::Failure(failure)),
    }
}

/// Redirects to the result of the import, if another request has applied it.
async fn redirect_if_applied(context: &Context<'_>, id: &str) -> Step<()> {
    match context.find(id).await?.result {
        Some(_) => Err(see_other(&import_path(id)).into()),
        None => Ok(()),
    }
}

/// Returns the preview in response to a confirmation that changed nothing.
fn refuse(checked: CheckedImport, confirmation: Confirmation) -> Step<ImportPage> {
    let page = draw(checked, confirmation);
    Err(EarlyExit::page(StatusCode::UNPROCESSABLE_ENTITY, page))
}

/// Returns a new preview after the store has refused the import.
async fn preview_again(context: &Context<'_>, id: &str, is_outdated: bool) -> Step<ImportPage> {
    let (stored, choices) = find_with_choices(context, id).await?;
    let loaded = load_pending(context, stored).await?;
    let confirmation = Confirmation {
        is_outdated,
        ..Confirmation::default()
    };
    refuse(check(context, loaded, choices).await?, confirmation)
}

/// Returns the error of the typed number of removals, if it is not the expected one.
fn removal_error(typed: &str, removals: u64) -> Option<String> {
    let is_right = removals == 0 || typed.trim().parse() == Ok(removals);
    (!is_right).then(|| {
        format!("The number doesn't match. Type {removals}, the number of items to be removed.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_of_removals_must_be_typed_exactly() {
        for (typed, removals, is_right) in [
            ("", 0, true),
            ("3", 3, true),
            (" 3 ", 3, true),
            ("", 3, false),
            ("4", 3, false),
            ("2", 3, false),
            ("three", 3, false),
            ("-3", 3, false),
        ] {
            assert_eq!(
                removal_error(typed, removals).is_none(),
                is_right,
                "{typed} {removals}"
            );
        }
    }
}
