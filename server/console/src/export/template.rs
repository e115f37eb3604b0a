//! `GET /inventory/template.csv`: an example file, which can be imported as it is.

use super::{Format, attachment, redirect_to_sign_in, table};
use crate::Visitor;
use axum::body::Body;
use axum::http::Uri;
use axum::response::Response;
use files::feed::{ATTRIBUTE, FIELDS};

/// Names of attributes, as examples.
const ATTRIBUTES: [&str; 2] = ["color", "mileage"];

/// Rows in the order of [`FIELDS`] and [`ATTRIBUTES`].
const ROWS: [[&str; FIELDS.len() + ATTRIBUTES.len()]; 2] = [
    [
        "SKU001",
        "Honda Accord 2024",
        "Sedan",
        "32500.00",
        "USD",
        "One owner, full service history.",
        "https://www.example.com/cars/SKU001",
        "https://www.example.com/images/SKU001.jpg",
        "true",
        "red",
        "12000",
    ],
    [
        "SKU002",
        "Toyota RAV4 2022",
        "SUV",
        "27950.00",
        "USD",
        "",
        "",
        "",
        "false",
        "blue",
        "",
    ],
];

pub async fn template(uri: Uri, visitor: Visitor) -> Response {
    if visitor.member.is_none() {
        return redirect_to_sign_in(&uri);
    }
    let attributes = ATTRIBUTES.map(|name| format!("{ATTRIBUTE}{name}"));
    let fields = FIELDS.into_iter();
    let columns: Vec<_> = fields
        .chain(attributes.iter().map(String::as_str))
        .collect();
    let mut bytes = table::head(&columns);
    for row in &ROWS {
        table::write_row(&mut bytes, row);
    }
    attachment("inventory-template", Format::Csv, Body::from(bytes))
}
