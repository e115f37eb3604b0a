//! What every test stands on: a server of its own, and clients that ask it as somebody.

mod answer;
mod described;
mod http;
mod world;

pub use answer::Answer;
pub use http::{Http, Key, Member, multipart};
pub use world::{PUBLIC_URL, World, setup_link};

pub const PASSWORD: &str = "correct horse battery";
/// The first member of a world.
pub const OWNER: &str = "ada@example.com";
