//! Query parameters. An unknown parameter is refused, since ignoring a filter would return wrong
//! data.

pub mod descriptions;

use super::possible_refusals::{LARGE_REMOVAL, Refuses};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use descriptions::{ChangesQuery, FeedQuery, ItemChangesQuery, ItemsQuery};
use service::inventory::{FeedMode, FeedOptions, ItemFilter, OnError};
use service::refusal::Refusal;
use service::store::ItemCursor;
use service::store::MAX_REMOVED_ITEMS;
use std::convert::Infallible;
use std::future::ready;
use std::marker::PhantomData;
use std::str::FromStr;
use url::form_urlencoded;
use web::cursor::{self, ChangeList};
use web::parameter_limits::TooLong;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;
/// Upper bound of `allow_removal`. A feed removes at most this many items, so a sender cannot allow
/// every removal with a large number.
const MAX_ALLOWED_REMOVALS: u64 = MAX_REMOVED_ITEMS as u64;

/// The query parameters as they were sent, of the query that `Q` describes; `()` has none.
///
/// They are checked after the body, by the method of their query. It also refuses a parameter in
/// the path or in a header that is too long.
pub struct Parameters<Q = ()> {
    pairs: Vec<(String, String)>,
    lengths: Result<(), TooLong>,
    query: PhantomData<Q>,
}

impl Refuses for ItemsQuery {}
impl Refuses for ChangesQuery {}

impl Refuses for ItemChangesQuery {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.push(Refusal::CursorExpired);
    }
}

impl Refuses for FeedQuery {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.extend([Refusal::ReplaceTooLarge, LARGE_REMOVAL]);
    }
}

impl<Q: Refuses> Refuses for Parameters<Q> {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.push(invalid("Unknown parameter `page`. Remove it."));
        Q::refusals(samples);
    }
}

/// The requested page of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub limit: u32,
    /// The position after which the page begins; `None` for the first page.
    pub after: Option<T>,
}

impl<Q: Send, S: Sync> FromRequestParts<S> for Parameters<Q> {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Infallible>> {
        let lengths = TooLong::check_head(parts);
        let query = parts.uri.query().unwrap_or_default();
        ready(Ok(Self::of(query, lengths)))
    }
}

impl Parameters<()> {
    /// Refuses every parameter.
    ///
    /// # Errors
    /// Any parameter.
    pub fn deny_all(&self) -> Result<(), Refusal> {
        self.allow_only(&[])
    }
}

impl Parameters<FeedQuery> {
    /// Parses the options of a feed.
    ///
    /// # Errors
    /// A parameter that is unknown or repeated, or a value that is not accepted.
    pub fn feed(&self) -> Result<FeedOptions, Refusal> {
        self.allow_only(&["mode", "on_error", "allow_removal", "dry_run"])?;
        let allow_removal = self.get("allow_removal").map(|number| {
            let number = self::number(number).filter(|number| *number <= MAX_ALLOWED_REMOVALS);
            number
                .ok_or_else(|| invalid("Set `allow_removal` to a number of items from 0 to 10000."))
        });
        let allow_removal = allow_removal.transpose()?;
        Ok(FeedOptions {
            mode: match self.get("mode") {
                None | Some("merge" | "update") if allow_removal.is_some() => {
                    return Err(invalid("Send `allow_removal` only with `mode=replace`."));
                }
                None | Some("merge") => FeedMode::Merge,
                Some("replace") => FeedMode::Replace(allow_removal.into()),
                Some("update") => FeedMode::Update,
                Some(_) => {
                    return Err(invalid("Set `mode` to `merge`, `replace` or `update`."));
                }
            },
            on_error: match self.get("on_error") {
                None | Some("reject") => OnError::Reject,
                Some("skip") => OnError::Skip,
                Some(_) => return Err(invalid("Set `on_error` to `reject` or `skip`.")),
            },
        })
    }

    /// Whether a feed is a dry run. Call [`Self::feed`] as well, which refuses unknown parameters.
    ///
    /// # Errors
    /// A value other than `true` and `false`.
    pub fn dry_run(&self) -> Result<bool, Refusal> {
        match self.get("dry_run") {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(invalid("Set `dry_run` to `true` or `false`.")),
        }
    }
}

impl Parameters<ItemsQuery> {
    /// Parses the filter and the page of a list of items.
    ///
    /// # Errors
    /// A parameter that is unknown, repeated or out of range.
    pub fn items(&self) -> Result<(ItemFilter, Page<String>), Refusal> {
        self.allow_only(&["limit", "cursor", "category", "q", "updated_since"])?;
        // Text that was pasted often has blanks around it.
        let text = |name: &str| self.get(name).map(|text| text.trim().to_owned());
        let since = self.get("updated_since").map(|text| {
            let detail = "Set `updated_since` to a time such as 2026-01-31T08:00:00Z, with a `+` in it written as `%2B`.";
            service::parse_rfc3339(text).ok_or_else(|| invalid(detail))
        });
        let filter = ItemFilter {
            category: text("category"),
            q: text("q"),
            with_attributes: false,
            updated_since: since.transpose()?,
        };
        Ok((filter, self.page(cursor::read_item)?))
    }
}

impl Parameters<ChangesQuery> {
    /// Parses the page of a list of lead changes, which is in the order of the changes.
    ///
    /// # Errors
    /// A parameter that is unknown, repeated or out of range.
    pub fn changes(&self) -> Result<Page<u64>, Refusal> {
        self.allow_only(&["limit", "cursor"])?;
        self.page(|text| cursor::read_change(ChangeList::Forward, text))
    }
}

impl Parameters<ItemChangesQuery> {
    /// Parses the position in the changes of items.
    ///
    /// # Errors
    /// A parameter that is unknown, repeated or out of range.
    pub fn item_changes(&self) -> Result<Page<ItemCursor>, Refusal> {
        self.allow_only(&["limit", "cursor"])?;
        self.page(cursor::read_item_change)
    }
}

impl<Q> Parameters<Q> {
    fn of(query: &str, lengths: Result<(), TooLong>) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self {
            pairs: pairs.into_owned().collect(),
            lengths,
            query: PhantomData,
        }
    }

    fn page<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Page<T>, Refusal> {
        let limit = match self.get("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => number(text)
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| {
                    invalid(format!("Set `limit` to a number from 1 to {MAX_LIMIT}."))
                })?,
        };
        let after = self
            .get("cursor")
            .map(|text| read(text).ok_or_else(no_such_cursor));
        Ok(Page {
            limit,
            after: after.transpose()?,
        })
    }

    fn allow_only(&self, allowed: &[&str]) -> Result<(), Refusal> {
        for (index, (name, _)) in self.pairs.iter().enumerate() {
            let prefix: String = name.chars().take(64).collect();
            if !allowed.contains(&name.as_str()) {
                return Err(invalid(format!("Unknown parameter `{prefix}`. Remove it.")));
            }
            if self.pairs[..index]
                .iter()
                .any(|(earlier, _)| earlier == name)
            {
                return Err(invalid(format!("Send `{prefix}` only once.")));
            }
        }
        self.lengths.clone().map_err(Refusal::from)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(parameter, _)| parameter == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Returns the refusal of a `cursor` that the API has not issued.
pub fn no_such_cursor() -> Refusal {
    invalid("Set `cursor` to the `next_cursor` of an earlier response, unchanged, or leave it out.")
}

/// Parses a number that consists of digits only: `+5` is refused, although Rust would parse it.
fn number<T: FromStr>(text: &str) -> Option<T> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn invalid(detail: impl Into<String>) -> Refusal {
    Refusal::InvalidParameter(detail.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::store::AllowedRemovals;

    fn parameters<Q>(query: &str) -> Parameters<Q> {
        Parameters::of(query, TooLong::check_query(query))
    }

    #[test]
    fn page_has_a_default_limit_and_accepts_a_limit_and_a_cursor() {
        let page = |query: &str| parameters(query).items().unwrap().1;
        let first = Page {
            limit: 50,
            after: None,
        };
        assert_eq!(page(""), first);
        let second = Page {
            limit: 500,
            after: Some("a/b".into()),
        };
        assert_eq!(
            page(&format!("limit=500&cursor={}", cursor::write_item("a/b"))),
            second
        );
    }

    #[test]
    fn item_filters_are_read_from_the_query() {
        let (filter, _) =
            parameters("category=Sedan&q=honda%20a&updated_since=2026-01-31T08:00:00%2B01:00")
                .items()
                .unwrap();
        assert_eq!(filter.category.as_deref(), Some("Sedan"));
        assert_eq!(filter.q.as_deref(), Some("honda a"));
        let since = filter.updated_since.map(service::rfc3339);
        assert_eq!(since.as_deref(), Some("2026-01-31T07:00:00Z"));
    }

    #[test]
    fn feed_options_have_defaults_and_invalid_ones_are_rejected() {
        let feed = |query: &str| parameters(query).feed();
        assert_eq!(feed(""), Ok(FeedOptions::default()));
        assert_eq!(
            feed("mode=merge&on_error=reject"),
            Ok(FeedOptions::default())
        );
        let other = FeedOptions {
            mode: FeedMode::Replace(AllowedRemovals::LargeUpTo(240)),
            on_error: OnError::Skip,
        };
        assert_eq!(
            feed("on_error=skip&mode=replace&allow_removal=240"),
            Ok(other)
        );
        for bad in [
            "mode=",
            "mode=Replace",
            "on_error=ignore",
            "mode=merge&mode=merge",
            "allow_removal=5",
            "mode=replace&allow_removal=",
            "mode=replace&allow_removal=-1",
            "mode=replace&allow_removal=%2B5",
            "mode=replace&allow_removal=+5",
            "mode=replace&allow_removal=5&allow_removal=5",
            "mode=replace&allow_removal=10001",
            "mode=replace&allow_removal=all",
            "limit=5",
            "q=a",
        ] {
            assert!(
                matches!(feed(bad), Err(Refusal::InvalidParameter(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn page_of_changes_begins_after_the_cursor() {
        let query = format!("cursor={}", cursor::write_change(ChangeList::Forward, 7));
        let page = parameters(&query).changes();
        assert_eq!(
            page,
            Ok(Page {
                limit: 50,
                after: Some(7)
            })
        );
        let query = format!("cursor={}", cursor::write_item("SKU001"));
        assert!(parameters(&query).changes().is_err());
    }

    #[test]
    fn invalid_or_unknown_parameters_are_rejected() {
        let long = format!("q={}", "x".repeat(257));
        for bad in [
            "limit=0",
            "limit=501",
            "limit=",
            "limit=-1",
            "limit=%2B5",
            "limit=5&limit=5",
            "limit=99999999999",
            "cursor=",
            "cursor=xyz",
            "updated_since=",
            "updated_since=yesterday",
            "updated_since=2026-01-31",
            "mode=replace",
            "foo=1",
            "Limit=5",
            &long,
        ] {
            assert!(
                matches!(parameters(bad).items(), Err(Refusal::InvalidParameter(_))),
                "{bad}"
            );
        }
    }
}
