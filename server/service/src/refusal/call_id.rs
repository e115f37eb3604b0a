//! The id of a call.

/// The id of a call, as returned to its caller: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallId(String);

impl CallId {
    /// Parses an id; `None` for other texts.
    pub fn parse(raw: &str) -> Option<Self> {
        let text = raw.trim().to_ascii_lowercase();
        let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
