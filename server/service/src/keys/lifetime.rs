//! The expiry of a key, from the choice in a form and the policy of the account.

use super::Keys;
use crate::error::Error;
use crate::invalid::InvalidReason;
use crate::sessions::Member;
use crate::store::{AccountSettings, KeyRecord};
use crate::zone::Zone;
use domain::{Expiry, Failure, Field, KeyPolicy, RateLimit, Timestamp, rotation_choices, seconds};

/// The settings of the account that apply to a new key.
#[derive(Debug, Clone, Copy)]
pub struct NewKeyRules<'a> {
    pub now: Timestamp,
    pub zone: &'a Zone,
    pub policy: KeyPolicy,
    /// The rate limit of a key that has none of its own.
    pub account_limit: RateLimit,
    /// Lifetime of the key that this one replaces, in milliseconds, if there is such a key and it
    /// expires.
    pub replaced_lifetime: Option<i64>,
}

/// Choices of the form for a new key.
#[derive(Debug)]
pub struct NewKeyChoices {
    /// A fresh one-time token for one form.
    pub token: String,
    /// The allowed choices, each with the expiry of a key that is created now, if the choice alone
    /// determines it.
    pub expiries: Vec<(Expiry, Option<Timestamp>)>,
    /// The choice that is selected initially.
    pub preselected: Expiry,
    /// Latest expiry that the policy allows, if it limits it.
    pub latest: Option<Timestamp>,
    /// The rate limit of a key that has none of its own.
    pub account_limit: RateLimit,
}

/// Returns the field at which a refused expiry is reported: a date has its own.
pub(super) fn end_field(choice: &str) -> Field {
    match Expiry::parse(choice) {
        Ok(Expiry::Date) => Field::LastDay,
        _ => Field::Expires,
    }
}

impl NewKeyRules<'_> {
    /// Returns the expiry that is chosen in a form.
    pub fn end(&self, choice: &str, last_day: &str) -> Result<Option<Timestamp>, InvalidReason> {
        let end = match Expiry::parse(choice)? {
            Expiry::Date => Some(end_of_day(last_day.trim(), self.now, self.zone)?),
            Expiry::Same if self.replaced_lifetime.is_none() => {
                return Err(InvalidReason::NoExpiry);
            }
            choice => self.expiry_of(choice),
        };
        self.check_expiry(end).map(|()| end)
    }

    fn check_expiry(&self, end: Option<Timestamp>) -> Result<(), InvalidReason> {
        check_expiry(end, self.policy, latest(self.policy, self.now, self.zone))
    }

    /// Returns the expiry of a choice, without regard to the policy.
    fn expiry_of(&self, choice: Expiry) -> Option<Timestamp> {
        let millis = match choice {
            Expiry::Same => self.replaced_lifetime?,
            choice => choice.days()? * seconds::DAY * 1000,
        };
        Some(Timestamp::from_millis(
            self.now.millis().saturating_add(millis),
        ))
    }

    /// Returns what the form offers.
    pub fn choices(&self, token: String) -> NewKeyChoices {
        let expiries: Vec<_> = rotation_choices(self.replaced_lifetime.is_some())
            .map(|choice| (choice, self.expiry_of(choice)))
            .filter(|(choice, end)| *choice == Expiry::Date || self.check_expiry(*end).is_ok())
            .collect();
        let is_offered = |wanted: Expiry| expiries.iter().any(|(choice, _)| *choice == wanted);
        let mut preselected = [Expiry::Same, Expiry::default()]
            .into_iter()
            .find(|choice| is_offered(*choice));
        // If neither is allowed, the longest allowed choice is selected.
        if preselected.is_none() {
            let finite = expiries.iter().filter(|(_, end)| end.is_some());
            let longest = finite.max_by_key(|(_, end)| *end);
            preselected = longest.map(|(choice, _)| *choice);
        }
        NewKeyChoices {
            token,
            expiries,
            preselected: preselected.unwrap_or(Expiry::Date),
            latest: latest(self.policy, self.now, self.zone),
            account_limit: self.account_limit,
        }
    }
}

/// Returns the end of a day that is not over yet.
pub fn end_of_day(day: &str, now: Timestamp, zone: &Zone) -> Result<Timestamp, InvalidReason> {
    let end = zone.end_of_day(day).ok_or(InvalidReason::NotADate)?;
    if end <= now {
        return Err(InvalidReason::DateInPast);
    }
    Ok(end)
}

/// Checks an expiry that differs from the present one.
pub fn check_expiry(
    end: Option<Timestamp>,
    policy: KeyPolicy,
    latest: Option<Timestamp>,
) -> Result<(), InvalidReason> {
    match (end, latest) {
        (None, _) if policy.must_expire() => Err(InvalidReason::ExpiryRequired),
        (Some(end), Some(latest)) if end > latest => Err(InvalidReason::ExpiryTooLate),
        _ => Ok(()),
    }
}

/// Returns the latest expiry that the policy permits for a key that was made at `created_at`: the
/// end of its last day. `None` if the policy limits no lifetime.
fn latest(policy: KeyPolicy, created_at: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let last = created_at.plus_seconds(i64::from(policy.max_days()?) * seconds::DAY);
    zone.end_of_day(&zone.day(last))
}

/// Returns the latest expiry that can be set for an existing key. A key that lives longer than
/// allowed, because it was made before the policy, may get an earlier expiry, but not a later one
/// than a new key.
pub fn latest_expiry(
    key: &KeyRecord,
    policy: KeyPolicy,
    now: Timestamp,
    zone: &Zone,
) -> Option<Timestamp> {
    let own = latest(policy, key.created_at, zone)?;
    if key.expires_at.is_some_and(|end| end <= own) {
        return Some(own);
    }
    let new = latest(policy, now, zone)?;
    Some(key.expires_at.map_or(new, |end| end.min(new)))
}

impl Keys {
    /// Reads the account's current settings.
    pub(super) async fn new_key_rules<'a>(
        &self,
        member: &'a Member,
        now: Timestamp,
        replaced_lifetime: Option<i64>,
    ) -> Result<NewKeyRules<'a>, Error> {
        let account = self.account(member).await?;
        Ok(NewKeyRules {
            now,
            zone: &member.time_zone,
            policy: account.key_policy,
            account_limit: account.limit,
            replaced_lifetime,
        })
    }

    pub(super) async fn key_policy(&self, member: &Member) -> Result<KeyPolicy, Error> {
        Ok(self.account(member).await?.key_policy)
    }

    async fn account(&self, member: &Member) -> Result<AccountSettings, Error> {
        let account = self.store.find_account(&member.account_id).await?;
        Ok(account.ok_or(Failure::NotFound)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_411_867_000);
    const DAY: i64 = seconds::DAY * 1000;

    fn rules(
        zone: &Zone,
        max_days: Option<u32>,
        replaced_lifetime: Option<i64>,
    ) -> NewKeyRules<'_> {
        NewKeyRules {
            now: NOW,
            zone,
            policy: KeyPolicy::new(false, max_days).unwrap(),
            account_limit: RateLimit::DEFAULT,
            replaced_lifetime,
        }
    }

    fn berlin() -> Zone {
        Zone::parse("Europe/Berlin").unwrap()
    }

    fn expires_after(
        choice: &str,
        last_day: &str,
        replaced_lifetime: Option<i64>,
    ) -> Result<Option<i64>, InvalidReason> {
        let end = rules(&berlin(), None, replaced_lifetime).end(choice, last_day)?;
        Ok(end.map(|end| end.millis() - NOW.millis()))
    }

    #[test]
    fn each_choice_gives_its_own_expiry() {
        assert_eq!(expires_after("7d", "2030-01-01", None), Ok(Some(7 * DAY)));
        assert_eq!(expires_after("1y", "", None), Ok(Some(365 * DAY)));
        assert_eq!(expires_after("never", "2030-01-01", None), Ok(None));
        assert_eq!(expires_after("same", "", Some(12_345)), Ok(Some(12_345)));
        // 23 Nov 2026, 06:31:07 in Berlin: today ends in 17 hours, 28 minutes and 53 seconds.
        let rest = ((17 * 60 + 28) * 60 + 53) * 1000;
        assert_eq!(expires_after("date", " 2026-11-23 ", None), Ok(Some(rest)));
        assert_eq!(
            expires_after("date", "2026-11-24", None),
            Ok(Some(rest + DAY))
        );
    }

    #[test]
    fn refused_date_is_reported_at_its_own_field_and_any_other_expiry_at_the_choice() {
        for (choice, day, field) in [
            ("date", "", Field::LastDay),
            ("date", "2026-11-22", Field::LastDay),
            ("never", "2026-11-22", Field::Expires),
            ("90d", "", Field::Expires),
            ("", "", Field::Expires),
        ] {
            let zone = berlin();
            assert!(rules(&zone, Some(30), None).end(choice, day).is_err());
            assert_eq!(end_field(choice), field, "{choice} {day}");
        }
    }

    #[test]
    fn unknown_choices_and_past_or_invalid_days_are_rejected() {
        for (choice, day) in [
            ("", ""),
            ("8d", ""),
            ("date", ""),
            ("date", "2026-11-22"),
            ("date", "2026-02-30"),
            // Of a key that replaces no other.
            ("same", ""),
        ] {
            assert!(expires_after(choice, day, None).is_err(), "{choice} {day}");
        }
    }

    #[test]
    fn policy_rejects_an_expiry_that_is_too_late_or_missing() {
        let zone = berlin();
        let rules = rules(&zone, Some(30), Some(31 * DAY));
        assert_eq!(rules.end("never", ""), Err(InvalidReason::ExpiryRequired));
        assert_eq!(rules.end("90d", ""), Err(InvalidReason::ExpiryTooLate));
        assert_eq!(rules.end("same", ""), Err(InvalidReason::ExpiryTooLate));
        assert!(rules.end("30d", "").is_ok());
        assert!(rules.end("date", "2026-12-23").is_ok());
        assert_eq!(
            rules.end("date", "2026-12-24"),
            Err(InvalidReason::ExpiryTooLate)
        );
    }

    #[test]
    fn form_offers_only_the_choices_that_the_policy_allows() {
        let zone = berlin();
        let offered = |max_days, replaced_lifetime| {
            let offered = rules(&zone, max_days, replaced_lifetime).choices("token".into());
            let choices: Vec<_> = offered.expiries.iter().map(|(choice, _)| *choice).collect();
            let last_day = offered.latest.map(|end| zone.last_day(end));
            (choices, offered.preselected, last_day)
        };
        let all = Expiry::ALL.to_vec();
        assert_eq!(offered(None, None), (all, Expiry::Days90, None));
        let (choices, preselected, last) = offered(Some(60), Some(90 * DAY));
        assert_eq!(choices, [Expiry::Days7, Expiry::Days30, Expiry::Date]);
        assert_eq!(
            (preselected, last.as_deref()),
            (Expiry::Days30, Some("2027-01-22"))
        );
        let (choices, preselected, _) = offered(Some(365), Some(DAY));
        assert_eq!(choices[0], Expiry::Same);
        assert_eq!(
            (preselected, choices.contains(&Expiry::Never)),
            (Expiry::Same, false)
        );
        let (choices, preselected, _) = offered(Some(3), None);
        assert_eq!(
            (choices.as_slice(), preselected),
            (&[Expiry::Date][..], Expiry::Date)
        );
    }

    #[test]
    fn latest_expiry_counts_from_creation_and_an_older_key_may_only_expire_earlier() {
        let zone = berlin();
        let policy = KeyPolicy::new(true, Some(30)).unwrap();
        let day = |created_days: i64, end_days: Option<i64>| {
            let key = KeyRecord {
                created_at: NOW.plus_seconds(created_days * seconds::DAY),
                expires_at: end_days.map(|days| NOW.plus_seconds(days * seconds::DAY)),
                ..KeyRecord::sample()
            };
            latest_expiry(&key, policy, NOW, &zone).map(|end| zone.last_day(end))
        };
        // NOW is 23 Nov 2026.
        assert_eq!(day(-10, Some(5)).as_deref(), Some("2026-12-13"));
        assert_eq!(day(-100, None).as_deref(), Some("2026-12-23"));
        assert_eq!(day(-100, Some(300)).as_deref(), Some("2026-12-23"));
        assert_eq!(day(-100, Some(5)).as_deref(), Some("2026-11-28"));
    }
}
