//! `GET /inventory/export.csv` and `/inventory/export.jsonl`: the items in the order of their ids,
//! under the search of their page.
//!
//! The CSV has the columns of a feed, so that a feed of the same file changes nothing. The header
//! names each column long before the item is read that needs it, so the whole list is first read
//! once for the names of attributes. If an item then has another attribute, because a feed has just
//! added it, the download breaks off.

use super::{Export, Exporter, Format, json_line, redirect_to_sign_in, table};
use crate::{Visitor, plain_text};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use files::feed::{ATTRIBUTE, FIELDS, MAX_COLUMNS};
use service::inventory::{ItemFilter, StoredItem};
use service::{Error, Member, Services};
use std::borrow::Cow;
use std::collections::BTreeSet;
use url::form_urlencoded;
use web::AppState;
use web::responses::ItemResponse;

/// Number of attributes for which a table has columns.
const MAX_ATTRIBUTES: usize = MAX_COLUMNS - FIELDS.len();

const TOO_MANY_ATTRIBUTES: &str = "These items have more attributes than a table may have columns, which is 256. \
    Export them as JSON Lines, or search for some of them first.";

pub async fn csv(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    let Some((exporter, member)) = Exporter::of(&state, visitor) else {
        return redirect_to_sign_in(&uri);
    };
    let filter = filter(&uri);
    let attributes = match attribute_names(&exporter, &filter).await {
        Ok(Some(attributes)) => attributes,
        Ok(None) => return plain_text(StatusCode::UNPROCESSABLE_ENTITY, TOO_MANY_ATTRIBUTES),
        Err(error) => return exporter.failure_response(error),
    };
    let fields = FIELDS.iter().map(|field| Cow::Borrowed(*field));
    let attribute_columns = attributes
        .iter()
        .map(|name| Cow::Owned(format!("{ATTRIBUTE}{name}")));
    let head = table::head(&fields.chain(attribute_columns).collect::<Vec<_>>());
    send(exporter, &member, Format::Csv, head, filter, attributes).await
}

pub async fn json_lines(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    let Some((exporter, member)) = Exporter::of(&state, visitor) else {
        return redirect_to_sign_in(&uri);
    };
    let (format, filter) = (Format::JsonLines, filter(&uri));
    send(
        exporter,
        &member,
        format,
        Vec::new(),
        filter,
        BTreeSet::new(),
    )
    .await
}

async fn send(
    exporter: Exporter,
    member: &Member,
    format: Format,
    head: Vec<u8>,
    filter: ItemFilter,
    attributes: BTreeSet<String>,
) -> Response {
    let name = format!(
        "inventory-{}",
        member.time_zone().day(exporter.services.clock.now())
    );
    let items = ItemExport {
        filter,
        attributes,
        after: None,
        format,
    };
    exporter.send(&name, format, head, items).await
}

/// Returns the filter of the page's search.
fn filter(uri: &Uri) -> ItemFilter {
    let query = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let q = pairs.find(|(name, _)| name == "q");
    ItemFilter::search(q.as_ref().map(|(_, q)| &**q))
}

/// Returns the names of the attributes of all items, or `None` if there are more than a table has
/// columns for.
async fn attribute_names(
    exporter: &Exporter,
    filter: &ItemFilter,
) -> Result<Option<BTreeSet<String>>, Error> {
    let mut names = BTreeSet::new();
    let mut after: Option<String> = None;
    loop {
        let member = exporter.member().await?;
        let batch = exporter
            .services
            .inventory
            .items_batch(&member, filter, after.as_deref());
        let batch = batch.await?;
        for stored in batch.items {
            names.extend(stored.item.attributes.into_keys());
            if names.len() > MAX_ATTRIBUTES {
                return Ok(None);
            }
        }
        after = batch.next_after;
        if after.is_none() {
            return Ok(Some(names));
        }
    }
}

struct ItemExport {
    filter: ItemFilter,
    /// Names of the attributes for which the table has columns.
    attributes: BTreeSet<String>,
    /// Id after which the next piece begins.
    after: Option<String>,
    format: Format,
}

impl Export for ItemExport {
    async fn next_batch(
        &mut self,
        services: &Services,
        member: &Member,
        lines: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let batch = services
            .inventory
            .items_batch(member, &self.filter, self.after.as_deref());
        let batch = batch.await?;
        for stored in batch.items {
            match self.format {
                Format::Csv => self.write_row(lines, &stored)?,
                Format::JsonLines => json_line(lines, &ItemResponse::from(stored)),
            }
        }
        self.after = batch.next_after;
        Ok(self.after.is_none())
    }
}

impl ItemExport {
    /// Appends the row of an item.
    ///
    /// # Errors
    /// If the item has an attribute that the header does not name.
    fn write_row(&self, lines: &mut Vec<u8>, stored: &StoredItem) -> Result<(), Error> {
        let item = &stored.item;
        if item
            .attributes
            .keys()
            .any(|name| !self.attributes.contains(name))
        {
            return Err(Error::Broken(NewAttribute.into()));
        }
        let price = item
            .price
            .map(|price| price.with_places(item.currency.decimals() as usize));
        let field = |name: &'static str| match name {
            "id" => Some(item.id.as_str()),
            "name" => Some(&*item.name),
            "category" => item.category.as_deref(),
            "price" => price.as_deref(),
            "currency" => Some(item.currency.code()),
            "description" => item.description.as_deref(),
            "url" => item.url.as_deref(),
            "image_url" => item.image_url.as_deref(),
            _ => Some(if item.available { "true" } else { "false" }),
        };
        let fields = FIELDS
            .into_iter()
            .map(|name| field(name).unwrap_or_default());
        let attribute = |name| item.attributes.get(name).map_or("", String::as_str);
        let cells = fields.chain(self.attributes.iter().map(attribute));
        table::write_row(lines, &cells.collect::<Vec<_>>());
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("an item has an attribute that was not there when the header of the file was written")]
struct NewAttribute;
