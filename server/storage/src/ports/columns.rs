//! Parsing of stored values.

use crate::error::Corrupt;
use domain::Rejected;
use std::net::IpAddr;

/// Reads a stored text by the rule that checked it when it was received.
pub(super) fn parsed<T>(result: Result<T, Rejected>, column: &'static str) -> Result<T, Corrupt> {
    result.map_err(|_| Corrupt(column))
}

/// Reads a stored number into a smaller or unsigned type. PostgreSQL has no unsigned types.
pub(super) fn number<T: TryFrom<i64>>(stored: i64, column: &'static str) -> Result<T, Corrupt> {
    T::try_from(stored).map_err(|_| Corrupt(column))
}

pub(super) fn address(text: &str, column: &'static str) -> Result<IpAddr, Corrupt> {
    text.parse().map_err(|_| Corrupt(column))
}
