//! Reasons why values of a body were refused, as facts. The crates above turn them into sentences.

use domain::InvalidValue;

/// Reason for refusing a value of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryReason {
    /// In the words of the reader of the format, which is above the rules.
    Worded(String),
    /// A type of `domain` refuses the text. Its advice is the same for every field.
    Value(InvalidValue),

    // Texts.
    Missing {
        field: &'static str,
        /// Maximum number of characters.
        max: usize,
    },
    TooManyCharacters {
        max: usize,
    },
    /// The text has control characters other than tab and newline.
    ControlCharacters,
    NotAWebAddress,
    NotAnEmail,
    /// A lead has neither an address nor a phone number.
    NoContact,

    // Identifiers.
    InvisibleCharacter(char),
    /// A spreadsheet has written the number in exponent form, without its last digits.
    ShortenedNumber,
    /// The id has control characters, or disappears from URLs.
    UnusableId,
    /// The path of the item would be that of the list of changes.
    ReservedId,
    /// There are blanks around the id in the path of the request.
    BlanksAroundId,
    /// An earlier item of the feed has the same id.
    DuplicateId {
        /// Index of the earlier item in the feed, from 0.
        first: usize,
        /// Line on which the earlier item begins, in formats that are read line by line.
        line: Option<usize>,
    },
    /// A partial update has no stored item.
    NoSuchItem,
    /// The feed replaces the inventory, and some of its ids cannot be read.
    UnreadableIds,

    // Attributes, and the item as a whole.
    /// Two names of attributes are the same, apart from blanks around them.
    DuplicateAttribute,
    TooManyAttributes {
        max: usize,
    },
    AttributeName {
        /// Maximum number of characters.
        max: usize,
    },
    /// All texts of the item together are too large, in bytes.
    ItemTooLarge {
        bytes: usize,
        max: usize,
    },

    // Prices.
    UnknownCurrency,
    PriceOutOfRange,
    NegativePrice,
    NotAPrice {
        /// Decimal places of the currency.
        decimals: u32,
    },
    /// The number has an own currency beside it.
    PriceWithCurrency {
        /// The number alone.
        number: String,
    },
    /// The period either precedes too many decimals, or separates thousands.
    PriceTooPrecise {
        decimals: u32,
        /// The number if the period separates thousands.
        reading: String,
    },
    /// The notation is of another country.
    PriceNotation {
        decimals: u32,
        /// Meaning of the number.
        reading: String,
    },
    AmbiguousPrice {
        /// Possible meanings of the number.
        readings: Box<[String; 2]>,
    },
}

impl From<String> for EntryReason {
    fn from(text: String) -> Self {
        Self::Worded(text)
    }
}

impl From<&str> for EntryReason {
    fn from(text: &str) -> Self {
        Self::Worded(text.to_owned())
    }
}
