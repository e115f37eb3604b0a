//! The heat map of a key's calls by hour of the week.

use domain::{WeekPattern, WeekdayCalls, number};
use service::keys;

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Returns the heat map; `None` if there were no calls.
pub fn week_pattern(pattern: &keys::WeekPattern) -> Option<WeekPattern> {
    let days = DAYS.into_iter().zip(&pattern.days);
    let days: Vec<_> = days
        .map(|(name, hours)| WeekdayCalls {
            name: name.to_owned(),
            hours: hours.iter().map(|calls| calls.total()).collect(),
        })
        .collect();
    let summary = summary(&days)?;
    Some(WeekPattern { days, summary })
}

/// Describes the busiest hour of the week, which is the first one of several.
fn summary(days: &[WeekdayCalls]) -> Option<String> {
    let hours = days.iter().flat_map(|day| {
        let hours = day.hours.iter().enumerate();
        hours.map(move |(hour, calls)| (day, hour, *calls))
    });
    let busiest = hours.reduce(|most, next| if next.2 > most.2 { next } else { most });
    let (day, hour, calls) = busiest.filter(|(_, _, calls)| *calls > 0)?;
    let noun = if calls == 1 { "request" } else { "requests" };
    Some(format!(
        "Busiest hour: {} from {hour:02}:00 to {:02}:00, with {} {noun} in 4 weeks.",
        day.name,
        hour + 1,
        number(calls)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::store::CallSum;

    #[test]
    fn heat_map_names_its_busiest_hour_and_is_left_out_without_calls() {
        let mut days = [[CallSum::default(); 24]; 7];
        assert_eq!(week_pattern(&keys::WeekPattern { days }), None);
        days[2][23] = CallSum {
            accepted: 1_200,
            refused: 4,
        };
        days[6][0] = CallSum {
            accepted: 1_204,
            refused: 0,
        };
        let pattern = week_pattern(&keys::WeekPattern { days }).unwrap();
        assert_eq!(
            pattern.summary,
            "Busiest hour: Wednesday from 23:00 to 24:00, with 1,204 requests in 4 weeks."
        );
        assert_eq!(pattern.days.len(), 7);
        assert_eq!(
            (&*pattern.days[6].name, pattern.days[6].hours[0]),
            ("Sunday", 1_204)
        );
    }
}
