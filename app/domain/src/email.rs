//! Email addresses of members.

use crate::text::{InvalidValue, serde_by_parse};

/// Maximum length of an address in bytes: the longest that fits into a path of RFC 5321, section
/// 4.5.3.1.3.
const MAX_LENGTH: usize = 254;
/// Maximum length of the part before the `@`: RFC 5321, section 4.5.3.1.1.
const MAX_LOCAL_PART: usize = 64;
/// Maximum length of a label of the domain: RFC 1035, section 2.3.4.
const MAX_LABEL: usize = 63;
/// The only domain without a dot: the machine itself, for a first try.
const THIS_MACHINE: &str = "localhost";

/// Email address of a member, unique in the account.
///
/// It is in lower case, so that a look-up does not depend on the case in which it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Parses an address that a new member may have. It accepts only addresses that any mail server
    /// accepts: ASCII alone, without quotes or comments.
    ///
    /// ASCII also excludes characters that are invisible or resemble others. A domain without an
    /// ending is refused, since it is most likely a typing error, which would not be noticed if an
    /// invitation link is shared by hand.
    ///
    /// ```
    /// use domain::Email;
    /// assert_eq!(Email::parse(" Ada@Example.COM ").unwrap().as_str(), "ada@example.com");
    /// assert!(Email::parse("a\u{200b}da@example.com").is_err());
    /// ```
    ///
    /// # Errors
    /// The text is not of the form `name@domain` (RFC 5321, section 4.1.2), is longer than 254
    /// bytes, or has a domain without an ending such as `.com`.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        const INCOMPLETE: InvalidValue = InvalidValue(
            "Enter the complete address, including an ending such as .com, for example name@company.com.",
        );
        let email = Self::with_any_domain(raw)?;
        let (_, domain) = email.0.split_once('@').unwrap_or_default();
        if domain != THIS_MACHINE && !has_ending(domain) {
            return Err(INCOMPLETE);
        }
        Ok(email)
    }

    /// Parses an address like [`Email::parse`], but accepts any domain, as earlier versions did.
    ///
    /// # Errors
    /// Those of [`Email::parse`], except for the ending of the domain.
    pub fn with_any_domain(raw: &str) -> Result<Self, InvalidValue> {
        const UNSENDABLE: InvalidValue = InvalidValue(
            "Use an address of letters without accents, digits and signs such as . _ + -, for example name@company.com.",
        );
        let email = Self::from_stored(raw)?;
        let (name, domain) = email.0.split_once('@').unwrap_or_default();
        // The raw text is checked as well, since lower-casing turns some characters outside ASCII
        // into ASCII letters.
        let sendable = raw.trim().is_ascii()
            && name.len() <= MAX_LOCAL_PART
            && name.split('.').all(is_atom)
            && domain.split('.').all(is_label);
        if sendable { Ok(email) } else { Err(UNSENDABLE) }
    }

    /// Parses an address that is searched for, or that a member already has. Members whose
    /// addresses were stored before [`Email::parse`] became strict keep them.
    ///
    /// # Errors
    /// The text is not of the form `name@domain`, is longer than 254 bytes, or contains white space
    /// or control characters.
    pub fn from_stored(raw: &str) -> Result<Self, InvalidValue> {
        const REJECTED: InvalidValue =
            InvalidValue("Enter a valid email address, such as name@company.com.");
        let text = raw.trim().to_lowercase();
        let odd = |c: char| c.is_whitespace() || c.is_control();
        let (name, domain) = text.split_once('@').ok_or(REJECTED)?;
        let bad = text.len() > MAX_LENGTH
            || name.is_empty()
            || domain.is_empty()
            || domain.contains('@')
            || domain.starts_with('.')
            || domain.ends_with('.')
            || text.contains(odd);
        if bad { Err(REJECTED) } else { Ok(Self(text)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

serde_by_parse!(Email, from_stored);

/// Returns whether the text is an `atom` of RFC 5322, section 3.2.3.
fn is_atom(text: &str) -> bool {
    let is_atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    !text.is_empty() && text.bytes().all(is_atext)
}

/// Returns whether the text is a label of a host name.
fn is_label(text: &str) -> bool {
    (1..=MAX_LABEL).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Returns whether the domain ends with what can be a top-level domain. Those of other scripts are
/// `xn--` with letters and digits.
fn has_ending(domain: &str) -> bool {
    domain.rsplit_once('.').is_some_and(|(_, ending)| {
        ending.len() >= 2 && ending.starts_with(|c: char| c.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_trimmed_and_lowercased() {
        assert_eq!(
            Email::parse(" Ada@Example.COM ").unwrap().as_str(),
            "ada@example.com"
        );
    }

    #[test]
    fn malformed_addresses_are_rejected() {
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "a@b@c",
            "a@.com",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?} was accepted");
            assert!(Email::from_stored(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn undeliverable_address_is_rejected_when_entered_but_accepted_when_stored() {
        for odd in [
            "a\u{200b}da@example.com",
            "ada@exam\u{ad}ple.com",
            "ada@example.com\u{feff}",
            "аda@example.com",
            // The Kelvin sign, whose lower case is the Latin k.
            "\u{212a}ate@example.com",
            "zoë@example.com",
            "ada@münchen.example",
            "\"ada\"@example.com",
            "ada(x)@example.com",
            "ada.@example.com",
            ".ada@example.com",
            "a..b@example.com",
            "ada@exa_mple.com",
            "ada@-example.com",
            "ada@example-.com",
            "ada@example..com",
            "<ada@example.com>",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("ada@{}.com", "a".repeat(64)),
            "jonas@brenner",
            "jonas@brenner.d",
            "jonas@192.0.2.7",
        ] {
            assert!(Email::parse(odd).is_err(), "{odd:?} was accepted");
            assert!(Email::from_stored(odd).is_ok(), "{odd:?} was refused");
        }
        for good in [
            "o'hara+cars@mail.example.co.uk",
            "a@localhost",
            "x_1-2@xn--mnchen-3ya.de",
            "x@xn--80ak6aa92e.xn--p1ai",
            "x@brenner.museum",
        ] {
            assert!(Email::parse(good).is_ok(), "{good:?} was refused");
        }
    }
}
