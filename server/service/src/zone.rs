//! Time zones, by their IANA names.

use crate::invalid::InvalidReason;
use domain::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{RoundMode, Unit, ZonedRound};
use std::sync::LazyLock;

/// The built-in database, so that the meaning of a name does not depend on the machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone in which people read times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// Parses an IANA name.
    ///
    /// # Errors
    /// The name is not in the database.
    pub fn parse(raw: &str) -> Result<Self, InvalidReason> {
        let rules = ZONES.get(raw.trim()).ok();
        let rules = rules.ok_or(InvalidReason::UnknownTimeZone)?;
        let name = rules.iana_name().ok_or(InvalidReason::UnknownTimeZone)?;
        Ok(Self {
            name: name.to_owned(),
            rules,
        })
    }

    /// Returns the zone of a stored name, which was checked before. A name that is no longer known
    /// is read as UTC: times in another zone are better than none.
    pub fn from_stored(name: &str) -> Self {
        Self::parse(name).unwrap_or_else(|_| Self {
            name: name.to_owned(),
            rules: TimeZone::UTC,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns UTC, and every name of the form `Area/City`, in order.
    pub fn names() -> Vec<String> {
        let places = ZONES.available().map(|name| name.as_str().to_owned());
        let mut names: Vec<_> = places
            .filter(|name| name.contains('/') && !name.starts_with("Etc/"))
            .collect();
        names.sort_unstable();
        names.insert(0, "UTC".to_owned());
        names
    }

    /// Returns the day at a time, such as `2026-11-23`.
    pub fn day(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%Y-%m-%d").to_string()
    }

    /// Returns the last day before an expiry.
    pub fn last_day(&self, end: Timestamp) -> String {
        self.day(Timestamp::from_millis(end.millis().saturating_sub(1)))
    }

    /// Returns the end of a day such as `2026-11-23`; `None` for other texts.
    pub fn end_of_day(&self, day: &str) -> Option<Timestamp> {
        let next = jiff::civil::Date::strptime("%Y-%m-%d", day)
            .ok()?
            .tomorrow()
            .ok()?;
        let midnight = next.to_zoned(self.rules.clone()).ok()?;
        Some(Timestamp::from_millis(
            midnight.timestamp().as_millisecond(),
        ))
    }

    /// Returns the beginning of a day such as `2026-11-23`; `None` for other texts.
    pub fn start_of_day(&self, day: &str) -> Option<Timestamp> {
        let day = jiff::civil::Date::strptime("%Y-%m-%d", day).ok()?;
        // If the clocks go forward at midnight, the day begins later.
        let midnight = day.to_zoned(self.rules.clone()).ok()?.start_of_day().ok()?;
        Some(Timestamp::from_millis(
            midnight.timestamp().as_millisecond(),
        ))
    }

    /// Returns the beginnings of the last `count` days, oldest first. The last one is the day of
    /// `now`.
    pub(crate) fn days(&self, now: Timestamp, count: u16) -> Vec<Timestamp> {
        let today = self.zoned(now).date();
        let begin = |days: u16| {
            let date = today.checked_sub(jiff::Span::new().days(days)).ok()?;
            // If the clocks go forward at midnight, the day begins later.
            let midnight = date.to_zoned(self.rules.clone()).ok()?;
            Some(Timestamp::from_millis(
                midnight.start_of_day().ok()?.timestamp().as_millisecond(),
            ))
        };
        (0..count).rev().filter_map(begin).collect()
    }

    /// Returns the beginnings of the last `count` hours of the zone's own clocks, oldest first. The
    /// last one is the hour of `now`.
    pub(crate) fn hours(&self, now: Timestamp, count: usize) -> Vec<Timestamp> {
        let before = |hour: &Timestamp| Some(self.hour(Timestamp::from_millis(hour.millis() - 1)));
        let hours = std::iter::successors(Some(self.hour(now)), before);
        let mut hours: Vec<_> = hours.take(count).collect();
        hours.reverse();
        hours
    }

    /// Returns the beginning of the hour of `at`, on the zone's own clocks.
    pub(crate) fn hour(&self, at: Timestamp) -> Timestamp {
        let hour = ZonedRound::new()
            .smallest(Unit::Hour)
            .mode(RoundMode::Trunc);
        let hour = self.zoned(at).round(hour);
        hour.map_or(at, |hour| {
            Timestamp::from_millis(hour.timestamp().as_millisecond())
        })
    }

    /// Returns the beginning of the day of `at`.
    pub(crate) fn day_start(&self, at: Timestamp) -> Timestamp {
        let start = self.zoned(at).start_of_day();
        start.map_or(at, |start| {
            Timestamp::from_millis(start.timestamp().as_millisecond())
        })
    }

    /// Returns the same time on the zone's own clocks seven days earlier.
    pub(crate) fn week_before(&self, at: Timestamp) -> Timestamp {
        let before = self.zoned(at).checked_sub(jiff::Span::new().days(7));
        before.map_or(at, |before| {
            Timestamp::from_millis(before.timestamp().as_millisecond())
        })
    }

    /// Returns the weekday of `at`, counted from 0 for Monday, and its hour.
    pub(crate) fn hour_of_week(&self, at: Timestamp) -> (usize, usize) {
        let at = self.zoned(at);
        let number = |number: i8| usize::try_from(number).unwrap_or_default();
        let day = at.weekday().to_monday_zero_offset();
        (number(day), number(at.hour()))
    }

    /// Returns the number of midnights between two times.
    pub(crate) fn days_between(&self, from: Timestamp, to: Timestamp) -> u16 {
        let days = self.zoned(from).date().until(self.zoned(to).date());
        days.map_or(0, |days| u16::try_from(days.get_days()).unwrap_or(u16::MAX))
    }

    /// Returns a time on the clocks of this zone.
    pub fn zoned(&self, at: Timestamp) -> jiff::Zoned {
        // A time outside the calendar becomes its first or last moment.
        let last = if at.millis() < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        };
        let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(last);
        at.to_zoned(self.rules.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(zone: &Zone, at: Timestamp, format: &str) -> String {
        zone.zoned(at).strftime(format).to_string()
    }

    #[test]
    fn zone_names_are_accepted_in_any_case_and_unknown_ones_are_rejected() {
        assert_eq!(
            Zone::parse(" europe/berlin ").unwrap().name(),
            "Europe/Berlin"
        );
        for bad in ["", "Mars/Olympus", "CEST", "../etc/passwd"] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_listed_zone_name_parses_to_itself() {
        let names = Zone::names();
        assert_eq!(names[0], "UTC");
        for expected in ["Europe/Berlin", "America/New_York", "Asia/Kolkata"] {
            assert!(names.iter().any(|name| name == expected), "{expected}");
        }
        for name in &names {
            assert_eq!(Zone::parse(name).unwrap().name(), name);
        }
    }

    #[test]
    fn day_begins_at_midnight_in_its_time_zone() {
        // 23 Nov 2026, 05:31:07 UTC.
        let now = Timestamp::from_millis(1_795_411_867_000);
        for (zone, begin) in [
            ("UTC", "2026-11-23 00:00 +00:00"),
            ("Asia/Kathmandu", "2026-11-23 00:00 +05:45"),
            ("America/Los_Angeles", "2026-11-22 00:00 -08:00"),
            ("Pacific/Kiritimati", "2026-11-23 00:00 +14:00"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            let days = zone.days(now, 30);
            assert_eq!(days.len(), 30);
            assert_eq!(text(&zone, days[29], "%F %H:%M %:z"), begin);
            assert!(days.iter().all(|day| day.millis() % 900_000 == 0));
        }
    }

    #[test]
    fn day_has_23_hours_when_the_clocks_go_forward() {
        // Noon in UTC on 30 Mar 2026 and 9 Mar 2026, after the clocks went forward.
        for (zone, now) in [
            ("Europe/Berlin", 1_774_872_000_000),
            ("America/Havana", 1_773_057_600_000),
        ] {
            let days = Zone::parse(zone)
                .unwrap()
                .days(Timestamp::from_millis(now), 3);
            let hours = |day: usize| (days[day + 1].millis() - days[day].millis()) / 3_600_000;
            assert_eq!((hours(0), hours(1)), (24, 23), "{zone}");
        }
    }

    #[test]
    fn hour_begins_on_the_full_hour_of_its_time_zone() {
        let texts = |zone: &str, now: &str, count: usize| {
            let zone = Zone::parse(zone).unwrap();
            let hours = zone.hours(crate::rfc3339::parse_rfc3339(now).unwrap(), count);
            let texts = hours.iter().map(|hour| text(&zone, *hour, "%H:%M%:z"));
            texts.collect::<Vec<_>>()
        };
        assert_eq!(
            texts("Asia/Kathmandu", "2026-11-23T05:31:07Z", 2),
            ["10:00+05:45", "11:00+05:45"]
        );
        assert_eq!(
            texts("Asia/Kolkata", "2026-11-23T05:31:07Z", 2),
            ["10:00+05:30", "11:00+05:30"]
        );
        // Clocks go back from 03:00 to 02:00, and forward from 02:00 to 03:00.
        assert_eq!(
            texts("Europe/Berlin", "2026-10-25T02:30:00Z", 4),
            ["01:00+02:00", "02:00+02:00", "02:00+01:00", "03:00+01:00"]
        );
        assert_eq!(
            texts("Europe/Berlin", "2026-03-29T01:30:00Z", 2),
            ["01:00+01:00", "03:00+02:00"]
        );
    }

    #[test]
    fn days_between_two_times_are_counted_by_local_midnights() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let at = |text: &str| crate::rfc3339::parse_rfc3339(text).unwrap();
        for (from, to, days) in [
            ("2026-11-23T22:30:00Z", "2026-11-23T23:30:00Z", 1),
            ("2026-10-24T22:30:00Z", "2026-10-25T22:30:00Z", 0),
            ("2026-03-28T23:30:00Z", "2026-03-31T22:30:00Z", 3),
        ] {
            assert_eq!(zone.days_between(at(from), at(to)), days, "{from} {to}");
        }
    }

    #[test]
    fn unknown_stored_zone_keeps_its_name_and_is_treated_as_utc() {
        let zone = Zone::from_stored("Mars/Olympus");
        assert_eq!(zone.name(), "Mars/Olympus");
        assert_eq!(
            text(&zone, Timestamp::from_millis(0), "%H:%M %Z"),
            "00:00 UTC"
        );
    }
}
