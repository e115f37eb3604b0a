//! Revoked and expired keys that are still in use, for the console.

use super::Keys;
use super::notices::knocks_since;
use crate::error::Error;
use crate::sessions::Member;
use crate::store::KeyFilter;
use domain::{KeyCount, KeyOrder, Timestamp};

/// Keys that the notice names; it counts the others.
const NAMED: u32 = 3;

impl Keys {
    /// Returns how many revoked or expired keys of the account were called with in the last 7 days,
    /// up to [`KeyCount::MOST`] + 1. Expiry is as of the last time that expired keys were noted.
    pub(crate) async fn count_knocking(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<u32, Error> {
        let account = &member.account_id;
        let most = KeyCount::MOST + 1;
        let (filter, order) = (filter(now), KeyOrder::default());
        let counted = self.store.count_keys(account, &filter, order, most);
        Ok(counted.await?.keys)
    }

    /// Returns a sentence about all such keys; `None` if there are none.
    pub(super) async fn knocking_notice(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let count = self.count_knocking(member, now).await?;
        if count == 0 {
            return Ok(None);
        }
        let found = self
            .store
            .find_keys(
                &member.account_id,
                &filter(now),
                KeyOrder::default(),
                None,
                NAMED,
            )
            .await?;
        let names: Vec<_> = found.keys.iter().map(|key| key.name.as_str()).collect();
        Ok(Some(told(count, &names)))
    }
}

fn filter(now: Timestamp) -> KeyFilter {
    KeyFilter {
        knocked_after: Some(knocks_since(now)),
        ..KeyFilter::default()
    }
}

fn told(count: u32, names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("“{name}”")).collect();
    let more = (count as usize).saturating_sub(names.len());
    let more = match more {
        0 => String::new(),
        _ if count > KeyCount::MOST => " and many more".to_owned(),
        more => format!(" and {more} more"),
    };
    let still = if count == 1 {
        "1 revoked or expired key still knocks".to_owned()
    } else if count > KeyCount::MOST {
        "More than 1,000 revoked or expired keys still knock".to_owned()
    } else {
        format!("{count} revoked or expired keys still knock")
    };
    // If they are all too far down the list to be found, none is named.
    let which = if names.is_empty() {
        String::new()
    } else {
        format!(": {}{more}", quoted.join(", "))
    };
    format!("{still}{which}. Calls came within the last 7 days, and each was refused.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notice_names_a_few_keys_and_counts_the_rest() {
        for (count, names, begin) in [
            (
                1,
                vec!["CRM"],
                "1 revoked or expired key still knocks: “CRM”. Calls",
            ),
            (
                2,
                vec!["A", "B"],
                "2 revoked or expired keys still knock: “A”, “B”. Calls",
            ),
            (
                5,
                vec!["A", "B", "C"],
                "5 revoked or expired keys still knock: “A”, “B”, “C” and 2 more. Calls",
            ),
            (
                1_001,
                vec!["A"],
                "More than 1,000 revoked or expired keys still knock: “A” and many more. Calls",
            ),
            (
                1_001,
                vec![],
                "More than 1,000 revoked or expired keys still knock. Calls",
            ),
        ] {
            let text = told(count, &names);
            assert!(text.starts_with(begin), "{text}");
        }
    }
}
