//! When a key ends, by what a form says.

use crate::view::moment;
use crate::{Service, Zone};
use domain::{Expiry, NewKeyOptions, Rejected, Timestamp, rotation_choices};

const DAY_SECONDS: i64 = 86_400;

/// The end of a key that is made now. `same` is how long the key lived whose place it takes, in milliseconds, where it
/// takes one's place that had an end.
pub fn end(
    choice: &str,
    last_day: &str,
    now: Timestamp,
    zone: &Zone,
    same: Option<i64>,
) -> Result<Option<Timestamp>, Rejected> {
    let choice = Expiry::parse(choice)?;
    match (choice, same) {
        (Expiry::Date, _) => end_of_day(last_day.trim(), now, zone).map(Some),
        (Expiry::Same, None) => Err(Rejected("Choose when the key expires from the list.")),
        _ => Ok(end_of(choice, now, same)),
    }
}

/// The end of a day that is not over yet.
pub fn end_of_day(day: &str, now: Timestamp, zone: &Zone) -> Result<Timestamp, Rejected> {
    let end = zone
        .end_of_day(day)
        .ok_or(Rejected("Enter a day such as 2027-01-31."))?;
    if end <= now {
        return Err(Rejected(
            "Enter today or a later day. To end a key now, revoke it.",
        ));
    }
    Ok(end)
}

/// What the choice itself says.
fn end_of(choice: Expiry, now: Timestamp, same: Option<i64>) -> Option<Timestamp> {
    if choice == Expiry::Same {
        return Some(Timestamp::from_millis(now.millis().saturating_add(same?)));
    }
    Some(now.plus_seconds(choice.days()? * DAY_SECONDS))
}

impl Service {
    /// What the form of a new key needs; `same` as in [`end`].
    pub(super) fn new_key_options(
        &self,
        now: Timestamp,
        zone: &Zone,
        same: Option<i64>,
    ) -> NewKeyOptions {
        let ends = rotation_choices(same.is_some())
            .map(|choice| {
                let end = end_of(choice, now, same);
                (choice, end.map(|end| moment(end, zone)))
            })
            .collect();
        NewKeyOptions {
            token: self.form_token(),
            ends,
            usual: if same.is_some() {
                Expiry::Same
            } else {
                Expiry::default()
            },
            days: (zone.day(now), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_411_867_000);
    const DAY: i64 = DAY_SECONDS * 1000;

    fn ends(choice: &str, last_day: &str, same: Option<i64>) -> Result<Option<i64>, Rejected> {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let end = end(choice, last_day, NOW, &zone, same)?;
        Ok(end.map(|end| end.millis() - NOW.millis()))
    }

    #[test]
    fn each_choice_means_its_own_end() {
        assert_eq!(ends("7d", "2030-01-01", None), Ok(Some(7 * DAY)));
        assert_eq!(ends("1y", "", None), Ok(Some(365 * DAY)));
        assert_eq!(ends("never", "2030-01-01", None), Ok(None));
        assert_eq!(ends("same", "", Some(12_345)), Ok(Some(12_345)));
        // 23 Nov 2026, 06:31:07 in Berlin: today ends in 17 hours, 28 minutes and 53 seconds.
        let rest = ((17 * 60 + 28) * 60 + 53) * 1000;
        assert_eq!(ends("date", " 2026-11-23 ", None), Ok(Some(rest)));
        assert_eq!(ends("date", "2026-11-24", None), Ok(Some(rest + DAY)));
    }

    #[test]
    fn what_is_no_choice_or_no_day_to_come_is_refused() {
        for (choice, day) in [
            ("", ""),
            ("8d", ""),
            ("date", ""),
            ("date", "2026-11-22"),
            ("date", "2026-02-30"),
            // Of a key that takes no other's place.
            ("same", ""),
        ] {
            assert!(ends(choice, day, None).is_err(), "{choice} {day}");
        }
    }
}
