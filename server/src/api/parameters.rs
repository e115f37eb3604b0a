//! What stands after the `?`. A parameter that is not known is refused: to ignore a filter would be to lie.

use super::problem::Problem;
use crate::cursor::{self, Way};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use url::form_urlencoded;

/// Parameters that a later version will know.
const LATER: [&str; 5] = ["mode", "on_error", "category", "q", "updated_since"];

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

/// The parameters as sent. They are judged after the body, by [`Self::none`], [`Self::page`] or [`Self::changes`].
pub struct Parameters(Vec<(String, String)>);

/// Which part of a list is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub limit: u32,
    /// What it begins after.
    pub after: Option<T>,
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Infallible>> {
        std::future::ready(Ok(Self::of(parts.uri.query().unwrap_or_default())))
    }
}

impl Parameters {
    fn of(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// # Errors
    /// Any parameter.
    pub fn none(&self) -> Result<(), Problem> {
        self.known(&[])
    }

    /// Of a list in the order of ids.
    ///
    /// # Errors
    /// A parameter that is unknown, given twice or out of range.
    pub fn page(&self) -> Result<Page<String>, Problem> {
        self.part(cursor::read)
    }

    /// Of a feed, in the order of changes.
    ///
    /// # Errors
    /// A parameter that is unknown, given twice or out of range.
    pub fn changes(&self) -> Result<Page<u64>, Problem> {
        self.part(|text| cursor::read_change(Way::On, text))
    }

    /// What a `cursor` that nobody was given is refused with.
    pub fn no_such_cursor() -> Problem {
        invalid("Give `cursor` the `next_cursor` of an earlier answer, unchanged, or leave it out.")
    }

    fn part<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Page<T>, Problem> {
        self.known(&["limit", "cursor"])?;
        let limit = match self.get("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| {
                    (1..=MAX_LIMIT).contains(limit) && text.bytes().all(|b| b.is_ascii_digit())
                })
                .ok_or_else(|| invalid(format!("Give `limit` a number from 1 to {MAX_LIMIT}.")))?,
        };
        let after = self
            .get("cursor")
            .map(|text| read(text).ok_or_else(Self::no_such_cursor));
        Ok(Page {
            limit,
            after: after.transpose()?,
        })
    }

    fn known(&self, known: &[&str]) -> Result<(), Problem> {
        for (index, (name, _)) in self.0.iter().enumerate() {
            let shown: String = name.chars().take(64).collect();
            if LATER.contains(&name.as_str()) {
                return Err(invalid(format!(
                    "This version does not support `{shown}` yet. Leave it out."
                )));
            }
            if !known.contains(&name.as_str()) {
                return Err(invalid(format!(
                    "There is no parameter `{shown}` here. Leave it out."
                )));
            }
            if self.0[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(invalid(format!("Give `{shown}` once.")));
            }
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::InvalidParameter(detail.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_limit_and_may_begin_somewhere() {
        assert_eq!(
            Parameters::of("").page(),
            Ok(Page {
                limit: 50,
                after: None
            })
        );
        let query = format!("limit=500&cursor={}", cursor::write("a/b"));
        assert_eq!(
            Parameters::of(&query).page(),
            Ok(Page {
                limit: 500,
                after: Some("a/b".into())
            })
        );
    }

    #[test]
    fn a_piece_of_the_feed_begins_after_a_change() {
        let query = format!("cursor={}", cursor::write_change(Way::On, 7));
        let page = Parameters::of(&query).changes();
        assert_eq!(
            page,
            Ok(Page {
                limit: 50,
                after: Some(7)
            })
        );
        let query = format!("cursor={}", cursor::write("SKU001"));
        assert!(Parameters::of(&query).changes().is_err());
    }

    #[test]
    fn anything_else_is_refused() {
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
            "q=honda",
            "category=Sedan",
            "mode=replace",
            "foo=1",
            "Limit=5",
        ] {
            assert!(
                matches!(
                    Parameters::of(bad).page(),
                    Err(Problem::InvalidParameter(_))
                ),
                "{bad}"
            );
        }
    }
}
