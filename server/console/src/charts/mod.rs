//! Charts, with their captions and their equivalent tables.

mod chart;
mod figures;
mod refusal_table;

pub use chart::{AsTable, Chart, Words, sums};
pub use figures::{counted, number, scale, share};
pub use refusal_table::RefusalTable;
