//! Sentences about refused fields of forms: the reason, and what to do.

use domain::{Failure, FieldError, number};
use service::{InvalidFields, InvalidReason};
use std::borrow::Cow;
use std::net::IpAddr;

/// Returns the refusal of a form, with a text for each refused field.
pub fn failure(invalid: &InvalidFields) -> Failure {
    let errors = invalid.iter().map(|(field, reason)| FieldError {
        field: *field,
        message: describe(reason).into_owned(),
    });
    Failure::Invalid {
        errors: errors.collect(),
    }
}

pub fn describe(reason: &InvalidReason) -> Cow<'static, str> {
    use InvalidReason as R;
    let text = match reason {
        R::Value(invalid) => invalid.0,
        R::FormExpired => "This form has expired. Reload the page and try again.",

        R::UnknownTimeZone => "Select a time zone.",
        R::UnknownCurrency => "Select a currency.",
        R::UnknownRole => "Select a role.",
        R::UnknownStatus => "Select a status.",
        R::UnknownScope => "Select a permission.",
        R::UnknownCreator => "Select who created the key.",
        R::NoScope => "Select at least one permission.",
        R::NoKeys => "Select one or more keys first.",
        R::TooManyKeys { max } => return format!("Select up to {max} keys.").into(),
        R::KeysChanged => {
            "Some of these keys have changed, so nothing was done. Review the list and confirm again."
        }

        R::NoExpiry => "Select an expiration.",
        R::ExpiryRequired => "Select an expiration. Your account requires one.",
        R::ExpiryTooLate => "Select an earlier date. Your account limits the lifetime of keys.",
        R::NotADate => "Enter a valid date, such as 2027-01-31.",
        R::DateInPast => "Enter today or a later date. To stop the key now, revoke it.",

        R::HalfRateLimit => {
            "Enter a number here as well, or leave both fields of the rate limit empty."
        }

        R::NameMismatch { name } => {
            return format!("The name doesn't match. Type “{name}”.").into();
        }
        R::EmailMismatch { email } => {
            return format!("The email doesn't match. Type {email}.").into();
        }
        R::CountMismatch { count } => {
            return format!("The number doesn't match. Type {count}.").into();
        }

        R::PasswordTooShort { min } => return format!("Use at least {min} characters.").into(),
        R::PasswordTooLong { max } => return format!("Use at most {max} characters.").into(),
        R::PasswordTooCommon => {
            "This password is too common. Choose a different one, such as a few unrelated words."
        }
        R::WrongPassword => "Incorrect password.",
        R::WrongCode => "That code is incorrect or has already been used.",

        R::EmailTaken => "This email already belongs to a member.",
        R::InvitedEmailTaken => {
            "This email already belongs to a member. Ask for an invitation to another one."
        }
        R::LastOwner => "An account needs at least one active owner.",
        R::InactiveSuccessor => "Only an active member can become the owner.",

        R::NotANetwork { excerpts } => {
            let quoted: Vec<_> = excerpts.iter().map(|text| format!("“{text}”")).collect();
            let (quoted, verb) = match &*quoted {
                [one] => (one.clone(), "isn't a valid IP address or CIDR range"),
                _ => (
                    quoted.join(", "),
                    "aren't valid IP addresses or CIDR ranges",
                ),
            };
            return format!(
                "{quoted} {verb}. Enter one per line, such as 203.0.113.7 or \
                 203.0.113.0/24."
            )
            .into();
        }
        R::NoNetwork => "Select at least one address or network.",
        R::TooManyNetworks { max } => return format!("Use at most {max} networks.").into(),
        R::NewCallers { count } => return new_callers(*count).into(),
        R::ExcludesCallers {
            addresses,
            more,
            days,
        } => return excluded_callers(addresses, *more, *days).into(),

        R::ContainsKey => "Remove the API key from this text. It would be stored and shown.",
        R::NotASha256 => "Enter the 64 hexadecimal digits of the key's SHA-256.",
        R::FullKey => {
            "That looks like a full key. Searches appear in the page's address, so search by its first characters."
        }
        R::UnusedDaysOutOfRange { max } => return days_out_of_range("Unused for", *max).into(),
        R::ExpiryDaysOutOfRange { max } => return days_out_of_range("Expires within", *max).into(),
    };
    text.into()
}

fn new_callers(count: usize) -> String {
    let (addresses, verb) = match count {
        1 => ("1 address".to_owned(), "is"),
        _ => (format!("{count} addresses"), "are"),
    };
    format!(
        "{addresses} used this key after this list was shown, and {verb} marked as new. Review your selection, then \
         select “Allow only these” again."
    )
}

fn excluded_callers(addresses: &[IpAddr], more: usize, days: u32) -> String {
    let addresses: Vec<_> = addresses.iter().map(IpAddr::to_string).collect();
    let addresses = addresses.join(", ");
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "This would block {addresses}{more}, used with this key in the last {days} days. Add the missing addresses, or \
         confirm below."
    )
}

fn days_out_of_range(filter: &str, max: u32) -> String {
    let max = number(max.into());
    format!("“{filter}” must be between 1 and {max} days.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_with_data_are_described_with_it() {
        use InvalidReason as R;
        for (reason, text) in [
            (R::TooManyKeys { max: 100 }, "Select up to 100 keys."),
            (
                R::PasswordTooShort { min: 12 },
                "Use at least 12 characters.",
            ),
            (
                R::PasswordTooLong { max: 128 },
                "Use at most 128 characters.",
            ),
            (
                R::UnusedDaysOutOfRange { max: 3_650 },
                "“Unused for” must be between 1 and 3,650 days.",
            ),
            (
                R::ExpiryDaysOutOfRange { max: 3_650 },
                "“Expires within” must be between 1 and 3,650 days.",
            ),
            (
                R::NewCallers { count: 1 },
                "1 address used this key after this list was shown, and is marked as new. Review your selection, then \
                 select “Allow only these” again.",
            ),
            (
                R::NewCallers { count: 2 },
                "2 addresses used this key after this list was shown, and are marked as new. Review your selection, then \
                 select “Allow only these” again.",
            ),
            (
                R::NotANetwork {
                    excerpts: vec!["example.com".into()],
                },
                "“example.com” isn't a valid IP address or CIDR range. Enter one per line, such as 203.0.113.7 or 203.0.113.0/24.",
            ),
            (
                R::NotANetwork {
                    excerpts: vec!["10.0.0.300".into(), "foo".into()],
                },
                "“10.0.0.300”, “foo” aren't valid IP addresses or CIDR ranges. Enter one per line, such as 203.0.113.7 or 203.0.113.0/24.",
            ),
        ] {
            assert_eq!(describe(&reason), text);
        }
    }

    #[test]
    fn excluded_callers_are_named_with_the_number_of_others() {
        let reason = |tails: std::ops::RangeInclusive<u8>, more| InvalidReason::ExcludesCallers {
            addresses: tails.map(|tail| [192, 0, 2, tail].into()).collect(),
            more,
            days: 7,
        };
        let one = describe(&reason(1..=1, 0));
        assert!(
            one.starts_with("This would block 192.0.2.1, used with this key in the last 7 days."),
            "{one}"
        );
        let several = describe(&reason(4..=5, 3));
        assert!(
            several.contains("192.0.2.4, 192.0.2.5 and 3 more, used"),
            "{several}"
        );
    }
}
