//! Objects and arrays of JSON, which are read one level at a time and within bounds. [`fields`]
//! reads the fields of an object and collects their faults.

pub mod fields;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// The members of an object in the order in which they were sent, with repeated names.
pub struct Members<'a> {
    pub members: Vec<(String, &'a RawValue)>,
    /// Whether there are more members, which were dropped.
    pub is_truncated: bool,
}

/// The elements of an array.
pub struct Elements<'a> {
    pub elements: Vec<&'a RawValue>,
    pub is_truncated: bool,
}

/// Most members of an object that are kept.
///
/// No object of the API has more, and a body full of members must not fill the memory.
pub const MAX_MEMBERS: usize = 64;
/// Most items in one feed.
pub const MAX_ELEMENTS: usize = 5_000;

/// Returns `None` if the value is not an object, or if one of its names is not a text.
pub fn object(value: &RawValue) -> Option<Members<'_>> {
    serde_json::from_str(value.get()).ok()
}

/// Returns `None` if the value is not an array.
pub fn array(value: &RawValue) -> Option<Elements<'_>> {
    serde_json::from_str(value.get()).ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while members.len() < MAX_MEMBERS {
                    let Some(member) = map.next_entry::<String, &RawValue>()? else {
                        return Ok(Members {
                            members,
                            is_truncated: false,
                        });
                    };
                    members.push(member);
                }
                let mut is_truncated = false;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    is_truncated = true;
                }
                Ok(Members {
                    members,
                    is_truncated,
                })
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Elements<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while elements.len() < MAX_ELEMENTS {
                    let Some(element) = seq.next_element::<&RawValue>()? else {
                        return Ok(Elements {
                            elements,
                            is_truncated: false,
                        });
                    };
                    elements.push(element);
                }
                let mut is_truncated = false;
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    is_truncated = true;
                }
                Ok(Elements {
                    elements,
                    is_truncated,
                })
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}
