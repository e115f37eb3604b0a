//! What the API docs are drawn from. They exist on the server alone: the browser gets the page as it is.

use std::sync::OnceLock;

/// The whole page.
#[derive(Debug)]
pub struct Docs {
    /// Where the API is, without a slash at the end.
    pub url: String,
    /// What to read before the first call.
    pub start: Vec<Chapter>,
    pub groups: Vec<Group>,
    /// What holds for many operations.
    pub more: Vec<Chapter>,
    /// Every refusal there is.
    pub problems: Vec<Refusal>,
    /// What to do when it does not work.
    pub trouble: Vec<Chapter>,
    /// The page as it was drawn first: it is long, and the same for everybody.
    pub drawn: OnceLock<String>,
}

/// Some prose under a heading.
#[derive(Debug, Clone)]
pub struct Chapter {
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
pub enum Block {
    /// HTML of our own making.
    Html(String),
    /// To copy, as it is.
    Code(String),
}

/// Operations on one kind of thing.
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
    /// `None`: no key is needed.
    pub key: Option<Needs>,
    pub parameters: Vec<Value>,
    pub body: Option<Body>,
    /// Those that tell of success.
    pub answers: Vec<Answer>,
    pub refusals: Vec<Refusal>,
    pub snippets: Vec<Snippet>,
}

/// What a key has to permit.
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
    /// Of what is sent; an answer leaves nothing out.
    pub required: bool,
    pub html: String,
    /// What to try it with.
    pub example: String,
}

#[derive(Debug, Clone)]
pub struct Body {
    pub html: String,
    /// The media types that are taken, each with an example.
    pub examples: Vec<(String, String)>,
    pub fields: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: String,
    pub html: String,
    /// Those that not every answer has.
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
    /// A word for the page: `curl`, `python`, `javascript`.
    pub language: &'static str,
    /// The same for people.
    pub name: &'static str,
    pub text: String,
}
