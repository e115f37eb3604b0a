//! Pages of lists whose entries contain text from callers.

/// Bytes of stored text on one page of a list. A larger entry is the only one on its page.
pub const PAGE_BYTES: u32 = 2 * 1024 * 1024;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub entries: Vec<T>,
    /// Whether further entries follow the last one.
    pub more: bool,
}
