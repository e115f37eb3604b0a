//! Prices of a table for which it names no currency.

use super::{Mapping, Table, Target, price};

impl Mapping {
    /// Returns whether prices of the table have no currency: neither in their cells, as far as
    /// these were sampled, nor in the column of currencies.
    pub fn lacks_currency(&self, table: &Table) -> bool {
        let column = |field| {
            let mut targets = self.columns.iter();
            let place = targets.position(|target| *target == Target::Field(field))?;
            table.columns.get(place)
        };
        let Some(prices) = column("price") else {
            return false;
        };
        let has_column = column("currency").is_some_and(|codes| codes.filled >= prices.filled);
        let is_number = |text: &&String| text.contains(|c: char| c.is_ascii_digit());
        let mut numbers = prices.values.iter().filter(is_number);
        !has_column && numbers.any(|price| price::named_currency(price).is_none())
    }
}
