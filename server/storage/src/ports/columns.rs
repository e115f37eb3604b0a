//! Parsing of stored values.

use crate::error::CorruptValue;
use domain::InvalidValue;
use std::net::IpAddr;

/// Reads a stored text by the rule that checked it when it was received.
pub(super) fn check_column<T>(
    result: Result<T, InvalidValue>,
    column: &'static str,
) -> Result<T, CorruptValue> {
    result.map_err(|_| CorruptValue(column))
}

/// Reads a stored number into a smaller or unsigned type. PostgreSQL has no unsigned types.
pub(super) fn number<T: TryFrom<i64>>(
    stored: i64,
    column: &'static str,
) -> Result<T, CorruptValue> {
    T::try_from(stored).map_err(|_| CorruptValue(column))
}

pub(super) fn address(text: &str, column: &'static str) -> Result<IpAddr, CorruptValue> {
    text.parse().map_err(|_| CorruptValue(column))
}
