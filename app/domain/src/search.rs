//! Data of the Search page.

/// Results of a search: the keys, pages and actions that match a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPage {
    /// The text as requested; empty if it must not be shown again.
    pub q: String,
    /// Groups of results. None of them is empty.
    pub groups: Vec<SearchGroup>,
}

/// Results of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchGroup {
    pub title: &'static str,
    pub results: Vec<SearchResult>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchResult {
    pub text: String,
    /// Distinguishes results with the same text; may be empty.
    pub detail: String,
    pub href: String,
    /// Selector of a control of the menu, which a script presses instead of following the link; may
    /// be empty.
    pub press: &'static str,
}
