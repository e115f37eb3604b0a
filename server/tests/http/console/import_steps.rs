//! The steps of an import, as a member takes them.

use crate::support::{Member, TestResponse, World};
use std::ops::Range;

pub(super) const START: &str = "/inventory/import";

pub(super) async fn begin(member: &Member, file: &str) -> String {
    let response = member.upload(START, "cars.csv", file, &[]).await;
    response.expect(303).header("location").to_owned()
}

/// Begins an import with the proposed choices, except for `fields`. The currency of prices is USD.
pub(super) async fn choose(member: &Member, file: &str, fields: &[(&str, &str)]) -> String {
    let path = begin(member, file).await;
    let columns = [("column-0", "id"), ("column-1", "name")];
    let mut fields = [&columns, fields].concat();
    if fields.iter().all(|(name, _)| *name != "currency") {
        fields.push(("currency", "USD"));
    }
    let response = member.form(&path, &fields).await.expect(303);
    assert_eq!(response.header("location"), format!("{path}/preview"));
    path
}

/// Saves the settings of the account with a default currency, which chooses it.
pub(super) async fn choose_currency(member: &Member, currency: &str) {
    let settings = [
        ("account_name", "Acme Motors"),
        ("currency", currency),
        ("limit_depth", "77"),
        ("limit_per_second", "7"),
        ("time_zone", "UTC"),
    ];
    member.form("/settings", &settings).await.expect(303);
}

/// Confirms the preview as it is now.
pub(super) async fn apply(member: &Member, path: &str, removals: &str) -> TestResponse {
    let preview = member.get(&format!("{path}/preview")).await;
    confirm(member, path, &preview, removals).await
}

/// Confirms a preview that was shown at some time before.
pub(super) async fn confirm(
    member: &Member,
    path: &str,
    preview: &TestResponse,
    removals: &str,
) -> TestResponse {
    let fields = [
        ("preview", &*preview.hidden_field("preview")),
        ("removals", removals),
    ];
    member.form(&format!("{path}/apply"), &fields).await
}

pub(super) async fn items(world: &World) -> i64 {
    world.count("SELECT count(*) FROM items").await
}

/// The lines that `line` writes for these numbers.
pub(super) fn lines(numbers: Range<u32>, line: impl Fn(u32) -> String) -> String {
    let lines: Vec<_> = numbers.map(line).collect();
    lines.concat()
}
