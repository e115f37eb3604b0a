//! The currency of prices for which a file names none.

use super::choices::Choices;
use super::load::Content;
use domain::CurrencyChoice;
use files::feed::Absent;
use files::import_file::{Fault, FaultLocation};
use service::inventory::{Currency, DefaultCurrency};

/// Currencies at the beginning of the list.
const COMMON_CURRENCIES: [&str; 8] = ["CAD", "CHF", "DKK", "EUR", "GBP", "PLN", "SEK", "USD"];

const NO_CURRENCY: &str = "Select a currency. The file has prices for which it doesn't name one.";

/// Returns the fault of choices without a currency that prices of the file need: it was chosen
/// neither for this file nor for the account. Items that are changed keep the currencies of their
/// prices.
pub fn fault(content: &Content, choices: &Choices, account: DefaultCurrency) -> Option<Fault> {
    let table = content.table.as_ref().zip(choices.mapping.as_ref());
    let lacks_currency = match table {
        Some((table, mapping)) => mapping.lacks_currency(table),
        None => content.lacks_currency,
    };
    let is_needed = lacks_currency && choices.mode.absent() == Absent::Clear;
    let is_missing = match choices.currency() {
        // The mapping of a table has this fault itself.
        Some(code) => table.is_none() && Currency::parse(code).is_none(),
        None => is_needed && !account.is_chosen,
    };
    is_missing.then(|| Fault {
        location: FaultLocation::Currency,
        message: NO_CURRENCY.to_owned(),
    })
}

/// Returns the choice of the currency, if prices of the file can lack one.
pub fn choice(
    content: &Content,
    choices: &Choices,
    account: DefaultCurrency,
) -> Option<CurrencyChoice> {
    let is_shown = content.table.is_some() || content.lacks_currency;
    is_shown.then(|| CurrencyChoice {
        chosen: choices.currency().unwrap_or_default().to_owned(),
        account_currency: account.chosen().map(label),
        groups: groups(),
    })
}

/// Returns the name of a currency with its code.
fn label(currency: Currency) -> String {
    format!("{} ({})", currency.name(), currency.code())
}

/// Returns the title of each group of currencies, with their codes and labels in the order of
/// names.
fn groups() -> Vec<(&'static str, Vec<(String, String)>)> {
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
