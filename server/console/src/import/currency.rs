//! The currency of prices for which a table names none.

use files::feed::Absent;
use files::import_file::{Fault, FaultLocation, Mapping, Table};
use service::inventory::{Currency, DefaultCurrency};

/// Currencies at the beginning of the list.
const COMMON_CURRENCIES: [&str; 8] = ["CAD", "CHF", "DKK", "EUR", "GBP", "PLN", "SEK", "USD"];

const NO_CURRENCY: &str = "Select a currency. The file has prices for which it doesn't name one.";

/// Returns the fault of a mapping whose prices need a currency that was not chosen: neither for
/// this file nor for the account. Items that are changed keep the currencies of their prices.
pub fn fault(
    table: &Table,
    mapping: &Mapping,
    account: DefaultCurrency,
    absent: Absent,
) -> Option<Fault> {
    let is_chosen = account.is_chosen || mapping.currency.is_some();
    let is_needed = absent == Absent::Clear && mapping.lacks_currency(table);
    (is_needed && !is_chosen).then(|| Fault {
        location: FaultLocation::Currency,
        message: NO_CURRENCY.to_owned(),
    })
}

/// Returns the name of a currency with its code.
pub fn label(currency: Currency) -> String {
    format!("{} ({})", currency.name(), currency.code())
}

/// Returns the title of each group of currencies, with their codes and labels in the order of
/// names.
pub fn groups() -> Vec<(&'static str, Vec<(String, String)>)> {
    let mut all: Vec<Currency> = Currency::all().collect();
    all.sort_by(|one, other| one.name().cmp(other.name()));
    let (common, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|currency| COMMON_CURRENCIES.contains(&currency.code()));
    let options = |currencies: Vec<Currency>| {
        let options = currencies.into_iter();
        let options = options.map(|currency| (currency.code().to_owned(), label(currency)));
        options.collect()
    };
    vec![
        ("Common currencies", options(common)),
        ("All others", options(others)),
    ]
}
