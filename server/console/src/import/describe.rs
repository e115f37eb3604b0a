//! The second step: what the file is, and the choices for it.

use super::choices::Choices;
use super::load::{Content, LoadedImport, read};
use super::report::delimiter;
use super::words::reading_notes;
use super::{Context, EarlyExit, Step, currency, import_path};
use crate::fields::Fields;
use crate::see_other;
use axum::http::StatusCode;
use domain::{ImportColumn, ImportFile, ImportPage, ImportTable};
use files::feed::Absent;
use files::import_file::{self, Decimals, Fault, FaultLocation, Mapping, TARGETS, Table};
use service::store::StoredImport;

/// Number of values of each column that the page shows, and the length at which texts are cut off.
const SHOWN_VALUES: usize = 3;
const SHOWN_CHARS: usize = 80;

/// Reads the file on a thread for feeds.
async fn read_file(context: &Context<'_>, loaded: LoadedImport) -> Step<(StoredImport, Content)> {
    let LoadedImport {
        stored,
        bytes,
        share,
    } = loaded;
    let name = stored.file_name.clone();
    let (account, sender) = (context.member.account_id(), context.member.actor());
    let work = move || {
        let contents = read(&name, &bytes);
        drop(share);
        contents
    };
    let contents = context.state.feeds.run(account, &sender, work).await?;
    // The file could be read when it was stored, so another version stored it.
    let contents = contents
        .map_err(|refusal| EarlyExit::refusal(StatusCode::UNPROCESSABLE_ENTITY, refusal))?;
    Ok((stored, contents))
}

/// Returns the page with the choices that were already made, those that were used for such a file
/// before, or guessed ones. `kept` is a form with choices that was sent after the session had ended
/// (`crate::kept_form`).
pub async fn page(
    context: &Context<'_>,
    loaded: LoadedImport,
    kept: Option<&Fields>,
) -> Step<ImportPage> {
    let (stored, contents) = read_file(context, loaded).await?;
    let is_kept = kept.is_some();
    let kept = kept.map(|fields| Choices::of_form(fields, contents.table.as_ref()));
    let kept = kept.map(|choices| (choices, Vec::new()));
    let mut page = draw(context, stored, contents, kept).await?;
    page.is_kept = is_kept;
    Ok(ImportPage::Describe(Box::new(page)))
}

async fn draw(
    context: &Context<'_>,
    stored: StoredImport,
    contents: Content,
    faulty_choices: Option<(Choices, Vec<Fault>)>,
) -> Step<ImportFile> {
    let (saved, faults) = match faulty_choices {
        Some((choices, faults)) => (Some(choices), faults),
        None => (
            stored.choices.as_deref().and_then(Choices::read),
            Vec::new(),
        ),
    };
    let has_choices = saved.is_some();
    let mut choices = saved.unwrap_or_default();
    let mut remembered = None;
    if let (Some(table), false) = (&contents.table, has_choices) {
        remembered = self::remembered_mapping(context, table).await?;
        choices.mapping = Some(
            remembered
                .clone()
                .unwrap_or_else(|| import_file::guess(table)),
        );
    }
    let account = context
        .state
        .services
        .inventory
        .currency_for_member(context.member);
    let account = context.map_failure(account.await)?;
    let facts = facts(&contents);
    let currency = currency::choice(&contents, &choices, account);
    let first = contents.first.into_iter().map(|cells| cells.map(truncate));
    let first = first.collect();
    let table = contents.table.zip(choices.mapping.clone());
    let table = table.map(|(table, mapping)| describe(table, mapping, remembered.is_some()));
    let errors = faults.into_iter().map(|fault| {
        let control = match fault.location {
            FaultLocation::Column(location) => format!("column-{location}"),
            FaultLocation::Currency => "currency".to_owned(),
        };
        (control, fault.message)
    });
    Ok(ImportFile {
        path: import_path(&stored.id),
        file_name: stored.file_name,
        facts,
        first,
        table,
        currency,
        mode: choices.mode.as_str(),
        errors: errors.collect(),
        is_kept: false,
    })
}

/// The mapping that the account used for this header, if it can still be used.
async fn remembered_mapping(context: &Context<'_>, table: &Table) -> Step<Option<Mapping>> {
    let digest = table.header_digest();
    let services = &context.state.services;
    let found = services
        .imports
        .remembered_mapping(context.member, &digest)
        .await;
    let mapping: Option<Mapping> = context
        .map_failure(found)?
        .and_then(|text| serde_json::from_str(&text).ok());
    Ok(mapping.filter(|mapping| {
        let is_whole = mapping.columns.len() == table.columns.len();
        is_whole && mapping.faults(&table.columns, Absent::Keep).is_empty()
    }))
}

/// Stores the choices of the form and redirects to the preview, or returns the page with the
/// errors.
pub async fn choose(
    context: &Context<'_>,
    loaded: LoadedImport,
    fields: &Fields,
) -> Step<ImportPage> {
    let (stored, contents) = read_file(context, loaded).await?;
    let choices = Choices::of_form(fields, contents.table.as_ref());
    let services = &context.state.services;
    let account = services.inventory.currency_for_member(context.member).await;
    let account = context.map_failure(account)?;
    let table = contents.table.as_ref().zip(choices.mapping.as_ref());
    let mut faults = table.map_or_else(Vec::new, |(table, mapping)| {
        mapping.faults(&table.columns, choices.mode.absent())
    });
    faults.extend(currency::fault(&contents, &choices, account));
    if !faults.is_empty() {
        let page = draw(context, stored, contents, Some((choices, faults))).await?;
        let page = ImportPage::Describe(Box::new(page));
        return Err(EarlyExit::page(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    let text = choices.write();
    let chosen = services.imports.choose(context.member, &stored.id, &text);
    context.map_failure(chosen.await)?;
    Err(see_other(&format!("{}/preview", import_path(&stored.id))).into())
}

fn facts(contents: &Content) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Format", contents.kind.to_owned()),
        ("Encoding", contents.encoding.to_owned()),
    ];
    match &contents.table {
        Some(table) => {
            if contents.kind == "CSV" {
                facts.push(("Delimiter", delimiter(table)));
            }
            facts.push(("Rows", table.rows.to_string()));
        }
        None => facts.push(("Items", contents.items.to_string())),
    }
    facts
}

fn describe(table: Table, mapping: Mapping, remembered: bool) -> ImportTable {
    let notes = reading_notes(&table, &mapping);
    let columns = table.columns.into_iter().zip(mapping.columns);
    let columns = columns.map(|(column, target)| ImportColumn {
        header: truncate(column.header),
        values: column
            .values
            .into_iter()
            .take(SHOWN_VALUES)
            .map(truncate)
            .collect(),
        target: target.as_str().to_owned(),
    });
    let targets = TARGETS.map(|(value, label)| (value.to_owned(), label.to_owned()));
    ImportTable {
        notes,
        columns: columns.collect(),
        targets: targets.into(),
        remembered,
        decimal_comma: mapping.decimals == Decimals::Comma,
    }
}

/// Cuts a text off at the length that the page shows.
fn truncate(text: String) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
