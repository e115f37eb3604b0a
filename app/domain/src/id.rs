//! Identifiers. The service makes them (UUIDs, version 7); here they are opaque.

use crate::text::{Rejected, serde_by_parse};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Accepts 1 to 40 characters of `a-z`, `0-9` and `-`, which is safe in a path and in a log line.
            ///
            /// # Errors
            /// Anything else is refused.
            pub fn parse(raw: &str) -> Result<Self, Rejected> {
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if (1..=40).contains(&raw.len()) && raw.bytes().all(plain) {
                    Ok(Self(raw.to_owned()))
                } else {
                    Err(Rejected("This identifier is not one of ours."))
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
    /// A customer. All data belongs to exactly one.
    AccountId
);
id!(
    /// A person who signs in.
    MemberId
);
id!(
    /// The record of an API key; says nothing about its secret.
    KeyId
);
id!(
    /// Somebody who asked to be contacted; says nothing about who it is.
    LeadId
);
