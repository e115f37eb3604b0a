//! Charts, with their captions and their equivalent tables.

mod calls;
mod card;
mod chart;
mod figures;
mod ranking;

pub use calls::CallsChart;
pub use card::card;
pub use chart::{Bar, Chart, ChartText};
pub use figures::{counted, number};
pub use ranking::{Rank, Ranking, refusals};
