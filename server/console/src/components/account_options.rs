//! Options of a [`SelectField`](super::SelectField) for a setting of an account: value and label.

use service::Zone;
use service::inventory::Currency;

pub fn time_zones() -> Vec<(String, String)> {
    let zones = Zone::names().into_iter();
    zones
        .map(|name| (name.clone(), name.replace('_', " ")))
        .collect()
}

pub fn currencies() -> Vec<(String, String)> {
    let all = Currency::all().map(|currency| {
        let (code, name) = (currency.code(), currency.name());
        (code.to_owned(), format!("{code} – {name}"))
    });
    all.collect()
}
