//! Keys that are about to expire, for the console.

use super::Keys;
use super::rotation::is_late;
use crate::error::Error;
use crate::sessions::Member;
use crate::store::KeyRecord;
use crate::view::last_moment;
use domain::{EndingNotice, ExpiringKey, Timestamp, relative, seconds};

/// Days before the expiry at which a notice appears, each more urgent than the next.
const DAYS: [u32; 3] = [1, 7, 30];
/// Keys that the notice names; it counts the others.
const NAMED: usize = 3;
/// Upper bound of the keys read, since each page of keys reads them. If it is reached, the notice
/// says "at least".
const LIMIT: u32 = 20;

impl Keys {
    /// Returns the keys that expire within 30 days, the next one first. A key that is being
    /// replaced is left out, because it is meant to expire, unless it is still in use when its end
    /// is near.
    pub(crate) async fn expiring(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<Vec<ExpiringKey>, Error> {
        let [.., days] = DAYS;
        let until = now.plus_seconds(i64::from(days) * seconds::DAY);
        let keys = self
            .store
            .ending_keys(&member.account_id, now, until, LIMIT)
            .await?;
        let told = |key: KeyRecord| {
            let last = self.usages.latest(&key.id, key.last_use.clone());
            let late = is_late(&key, last.as_ref(), now);
            let end = last_moment(key.expires_at?, &member.time_zone);
            (late || key.replaced.is_none()).then_some(ExpiringKey {
                id: key.id,
                name: key.name,
                end,
                late,
            })
        };
        Ok(keys.into_iter().filter_map(told).collect())
    }

    pub(super) async fn ending_notice(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<Option<EndingNotice>, Error> {
        Ok(notice(&self.expiring(member, now).await?, now))
    }
}

/// Returns one notice for all keys, as urgent as the one that expires first requires.
fn notice(keys: &[ExpiringKey], now: Timestamp) -> Option<EndingNotice> {
    let first = keys.first()?.end.at;
    let until = |days: u32| now.plus_seconds(i64::from(days) * seconds::DAY);
    let days = DAYS.into_iter().find(|days| first <= until(*days))?;
    let soon = keys.iter().take_while(|key| key.end.at <= until(days));
    let soon = soon.count();
    let named = keys.iter().take(soon.min(NAMED)).map(|key| {
        let used = if key.late {
            ", replaced and still used"
        } else {
            ""
        };
        format!("“{}” {}{used}", key.name, relative(key.end.at, now))
    });
    let more = soon.saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    let all: Vec<_> = named.chain(more).collect();
    let text = format!(
        "{}. Once a key has expired, every call with it is refused.",
        all.join("; ")
    );
    let (keys, verb) = if soon == 1 {
        ("key", "expires")
    } else {
        ("keys", "expire")
    };
    let within = if days == 1 {
        "a day".to_owned()
    } else {
        format!("{days} days")
    };
    let most = if soon >= LIMIT as usize {
        "At least "
    } else {
        ""
    };
    let title = format!("{most}{soon} {keys} {verb} within {within}");
    Some(EndingNotice { days, title, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::moment;
    use crate::zone::Zone;
    use domain::{KeyId, KeyName};

    const NOW: Timestamp = Timestamp::from_millis(1_795_411_867_000);

    fn key(name: &str, seconds: i64, late: bool) -> ExpiringKey {
        ExpiringKey {
            id: KeyId::parse("k").unwrap(),
            name: KeyName::parse(name).unwrap(),
            end: moment(NOW.plus_seconds(seconds), &Zone::parse("UTC").unwrap()),
            late,
        }
    }

    #[test]
    fn notice_uses_the_warning_period_of_the_key_that_expires_first() {
        assert_eq!(notice(&[], NOW), None);
        for (seconds, days) in [
            (seconds::DAY, 1),
            (seconds::DAY + 1, 7),
            (7 * seconds::DAY, 7),
            (30 * seconds::DAY, 30),
        ] {
            let keys = [key("a", seconds, false), key("b", 30 * seconds::DAY, false)];
            assert_eq!(notice(&keys, NOW).unwrap().days, days, "{seconds}");
        }
    }

    #[test]
    fn notice_names_a_few_keys_and_counts_the_rest() {
        let keys: Vec<_> = (1..=5)
            .map(|day| key(&format!("Key {day}"), day * seconds::DAY, day == 2))
            .collect();
        let told = notice(&keys, NOW).unwrap();
        assert_eq!(told.title, "1 key expires within a day");
        assert!(told.text.starts_with("“Key 1” in 1 day. "), "{}", told.text);
        let told = notice(&keys[1..], NOW).unwrap();
        assert_eq!(told.title, "4 keys expire within 7 days");
        let wanted = "“Key 2” in 2 days, replaced and still used; “Key 3” in 3 days; “Key 4” in 4 days; and 1 more.";
        assert!(told.text.starts_with(wanted), "{}", told.text);
    }
}
