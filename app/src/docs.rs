//! The data from which the API docs are rendered.
//!
//! It exists on the server only: the browser receives the finished page.

use std::sync::OnceLock;

/// The whole page.
#[derive(Debug)]
pub struct Docs {
    /// The base URL of the API, without a trailing slash.
    pub url: String,
    /// Chapters to read before the first call.
    pub start: Vec<Chapter>,
    pub groups: Vec<Group>,
    /// Rules that apply to many operations.
    pub more: Vec<Chapter>,
    /// All refusals.
    pub problems: Vec<Refusal>,
    /// Chapters for readers whose call does not work.
    pub trouble: Vec<Chapter>,
    /// The HTML of the first rendering, cached since the page is long and the same for every
    /// reader.
    pub drawn: OnceLock<String>,
}

/// Prose under a heading.
#[derive(Debug, Clone)]
pub struct Chapter {
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
pub enum Block {
    /// Trusted HTML.
    Html(String),
    /// Text to copy verbatim.
    Code(String),
}

/// Operations on one kind of resource.
#[derive(Debug, Clone)]
pub struct Group {
    pub id: String,
    pub title: String,
    pub html: String,
    pub operations: Vec<Operation>,
}

/// One method at one path.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub title: String,
    pub html: String,
    /// The permission that the key must have; `None` if the operation needs no key.
    pub key: Option<Needs>,
    pub parameters: Vec<Value>,
    pub body: Option<Body>,
    /// The successful responses.
    pub answers: Vec<Answer>,
    pub refusals: Vec<Refusal>,
    pub snippets: Vec<Snippet>,
}

/// The permission that a key needs.
#[derive(Debug, Clone)]
pub enum Needs {
    AnyKey,
    Scope(String),
}

/// A parameter or a field.
#[derive(Debug, Clone)]
pub struct Value {
    pub name: String,
    /// `path`, `query` or `header`; empty for fields.
    pub place: String,
    pub kind: String,
    /// Whether a request must contain the value. Responses always contain all of their fields.
    pub required: bool,
    pub html: String,
    /// An example value to try.
    pub example: String,
}

#[derive(Debug, Clone)]
pub struct Body {
    pub html: String,
    /// The accepted media types, each with an example.
    pub examples: Vec<(String, String)>,
    pub fields: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: String,
    pub html: String,
    /// The headers that not every response has.
    pub headers: Vec<Value>,
    pub example: Option<String>,
    pub fields: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: String,
    pub code: String,
    pub html: String,
}

/// The same call in one language.
#[derive(Debug, Clone)]
pub struct Snippet {
    /// Identifier on the page: `curl`, `python` or `javascript`.
    pub language: &'static str,
    /// Display name of the language.
    pub name: &'static str,
    pub text: String,
}
