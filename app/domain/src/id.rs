//! Identifiers. The service generates them as UUIDs of version 7; this crate treats them as opaque.

use crate::text::{InvalidValue, serde_by_parse};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Accepts 1 to 40 characters of `a-z`, `0-9` and `-`, which are safe in paths and log
            /// lines.
            ///
            /// # Errors
            /// Any other text is refused.
            pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if (1..=40).contains(&raw.len()) && raw.bytes().all(plain) {
                    Ok(Self(raw.to_owned()))
                } else {
                    Err(InvalidValue("This ID isn't valid."))
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        serde_by_parse!($name);
    };
}

id!(
    /// Identifies a customer's account. Every record belongs to exactly one account.
    AccountId
);
id!(
    /// Identifies a member: a person who signs in.
    MemberId
);
id!(
    /// Identifies the record of an API key. It reveals nothing about the key's secret.
    ///
    /// # Examples
    /// ```
    /// use domain::KeyId;
    /// assert!(KeyId::parse("0198c0de-7a11-7000-8000-000000000001").is_ok());
    /// assert!(KeyId::parse("../keys").is_err());
    /// assert!(KeyId::parse("").is_err());
    /// ```
    KeyId
);
id!(
    /// Identifies a lead: a person who asked to be contacted. It reveals nothing about that person.
    LeadId
);
