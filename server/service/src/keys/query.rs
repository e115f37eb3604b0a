//! Parsing of the filter and order in the address of the API Keys page.

use super::attention::attention;
use crate::invalid::InvalidReason;
use crate::key::PlainKey;
use crate::store::{KeyFilter, KeySearchText, words};
use domain::{KeyOrder, KeyQuery, KeyStatus, MemberId, Scope, Timestamp, seconds};

const MAX_DAYS: u32 = 3_650;

/// Returns the filter and the order in the query.
///
/// # Errors
/// The reason for which a part of the query is invalid.
pub(super) fn parse(
    query: &KeyQuery,
    now: Timestamp,
) -> Result<(KeyFilter, KeyOrder), InvalidReason> {
    fn optional<T>(
        text: &str,
        parse: impl FnOnce(&str) -> Option<T>,
        reason: InvalidReason,
    ) -> Result<Option<T>, InvalidReason> {
        let text = text.trim();
        if text.is_empty() {
            Ok(None)
        } else {
            parse(text).map(Some).ok_or(reason)
        }
    }
    let days = |text: &str| {
        text.parse()
            .ok()
            .filter(|days| (1..=MAX_DAYS).contains(days))
    };
    let out_of_range = InvalidReason::UnusedDaysOutOfRange { max: MAX_DAYS };
    let never_used = query.unused.trim() == KeyQuery::NEVER_USED;
    let unused = if never_used { "" } else { &query.unused };
    let unused = optional(unused, days, out_of_range)?;
    let out_of_range = InvalidReason::ExpiryDaysOutOfRange { max: MAX_DAYS };
    let expires = optional(&query.expires, days, out_of_range)?;
    let dead_in_use = query.status.trim() == KeyQuery::DEAD_IN_USE;
    let needs_attention = query.status.trim() == KeyQuery::NEEDS_ATTENTION;
    let status = if dead_in_use || needs_attention {
        ""
    } else {
        &query.status
    };
    let status = optional(status, self::status, InvalidReason::UnknownStatus)?;
    let scope = optional(
        &query.scope,
        |text| Scope::parse(text).ok(),
        InvalidReason::UnknownScope,
    )?;
    let creator = optional(
        &query.creator,
        |text| MemberId::parse(text).ok(),
        InvalidReason::UnknownCreator,
    )?;
    let order = KeyOrder::parse(&query.sort)?;
    let filter = KeyFilter {
        text: text(&query.q)?,
        status,
        scope,
        creator,
        idle_since: unused.map(|days| now.plus_seconds(-i64::from(days) * seconds::DAY)),
        never_used,
        expires_by: expires.map(|days| now.plus_seconds(i64::from(days) * seconds::DAY)),
        unplanned_expiry: None,
        dead_key_call_after: dead_in_use.then(|| attention(now).dead_key_call_after),
        new_network_after: None,
        attention: needs_attention.then(|| attention(now)),
    };
    Ok((filter, order))
}

fn status(text: &str) -> Option<KeyStatus> {
    use KeyStatus::{Active, Expired, Paused, Revoked};
    [Active, Paused, Expired, Revoked]
        .into_iter()
        .find(|status| status.as_str() == text)
}

/// Reads a search text as beginnings of words of a name, or as the beginning of a preview: with or
/// without `vx_`, and with `…` if that was copied with it.
pub(crate) fn text(typed: &str) -> Result<Option<KeySearchText>, InvalidReason> {
    const PREVIEW: usize = 6;
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let prefix = typed.strip_suffix('…').unwrap_or(typed);
    let random = prefix.strip_prefix("vx_").unwrap_or(prefix);
    let all_random = random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Longer than a preview, or as long as the part of a key that follows `vx_`.
    let has_prefix = prefix.len() != random.len();
    if all_random && (has_prefix && random.len() > PREVIEW || random.len() == PlainKey::CHARS - 3) {
        return Err(InvalidReason::FullKey);
    }
    let preview = (all_random && random.len() <= PREVIEW).then(|| format!("vx_{random}"));
    // A name may contain anything; a text with the marks of a preview is only a preview.
    let is_plain = prefix.len() == random.len() && prefix == typed;
    let words = if is_plain || preview.is_none() {
        words(typed)
    } else {
        Vec::new()
    };
    Ok(Some(KeySearchText { words, preview }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{AttentionFilter, UnplannedExpiry};

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn searched(q: &str) -> (Vec<String>, Option<String>) {
        let query = KeyQuery {
            q: q.into(),
            ..KeyQuery::default()
        };
        let text = parse(&query, NOW).unwrap().0.text.unwrap();
        (text.words, text.preview)
    }

    #[test]
    fn search_text_is_split_into_name_words_and_a_preview() {
        for (typed, words, preview) in [
            (" Crm ", vec!["crm"], Some("vx_Crm")),
            ("crm sync", vec!["crm", "sync"], None),
            ("vx_aB3dE9", vec![], Some("vx_aB3dE9")),
            ("vx_aB3dE9…", vec![], Some("vx_aB3dE9")),
            ("aB3…", vec![], Some("vx_aB3")),
            ("HÄNDLER", vec!["händler"], None),
            ("vx_ notes", vec!["notes", "vx"], None),
            ("%", vec![], None),
        ] {
            let words = words.into_iter().map(str::to_owned).collect();
            assert_eq!(
                searched(typed),
                (words, preview.map(str::to_owned)),
                "{typed}"
            );
        }
    }

    #[test]
    fn whole_key_is_rejected_as_a_search_text() {
        for whole in [
            "vx_00000000000000000000000000000000000000000003Ekpv5",
            "vx_aB3dE9f",
            &"a".repeat(49),
        ] {
            let query = KeyQuery {
                q: whole.into(),
                ..KeyQuery::default()
            };
            assert_eq!(parse(&query, NOW), Err(InvalidReason::FullKey), "{whole}");
        }
    }

    #[test]
    fn invalid_filter_values_are_rejected() {
        for (field, text) in [
            ("status", "dead"),
            ("scope", "all"),
            ("unused", "0"),
            ("unused", "x"),
            ("expires", "3651"),
            ("sort", "digest"),
        ] {
            let mut query = KeyQuery::default();
            let slot = match field {
                "status" => &mut query.status,
                "scope" => &mut query.scope,
                "unused" => &mut query.unused,
                "expires" => &mut query.expires,
                _ => &mut query.sort,
            };
            *slot = text.into();
            assert!(parse(&query, NOW).is_err(), "{field}={text}");
        }
    }

    #[test]
    fn keys_that_were_never_used_are_a_filter_of_their_own() {
        let query = KeyQuery {
            unused: KeyQuery::NEVER_USED.into(),
            ..KeyQuery::default()
        };
        let (filter, _) = parse(&query, NOW).unwrap();
        assert_eq!((filter.never_used, filter.idle_since), (true, None));
        assert!(!parse(&KeyQuery::default(), NOW).unwrap().0.never_used);
    }

    #[test]
    fn filter_days_are_counted_from_now() {
        let query = KeyQuery {
            unused: "30".into(),
            expires: " 7 ".into(),
            ..KeyQuery::default()
        };
        let (filter, _) = parse(&query, NOW).unwrap();
        assert_eq!(
            filter.idle_since,
            Some(NOW.plus_seconds(-30 * seconds::DAY))
        );
        assert_eq!(filter.expires_by, Some(NOW.plus_seconds(7 * seconds::DAY)));
        assert_eq!(filter.dead_key_call_after, None);
        let query = KeyQuery {
            status: KeyQuery::NEEDS_ATTENTION.into(),
            ..KeyQuery::default()
        };
        let (filter, _) = parse(&query, NOW).unwrap();
        assert_eq!(filter.status, None);
        let days = |days| NOW.plus_seconds(days * seconds::DAY);
        let attention = AttentionFilter {
            idle_since: days(-30),
            unplanned_expiry: UnplannedExpiry {
                by: days(7),
                now: NOW,
            },
            dead_key_call_after: days(-7),
            new_network_after: days(-7),
        };
        assert_eq!(filter.attention, Some(attention));
        let query = KeyQuery {
            status: KeyQuery::DEAD_IN_USE.into(),
            ..KeyQuery::default()
        };
        let (filter, _) = parse(&query, NOW).unwrap();
        assert_eq!(filter.status, None);
        assert_eq!(
            filter.dead_key_call_after,
            Some(NOW.plus_seconds(-7 * seconds::DAY))
        );
    }
}
