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

/// As a page that found a key sends it.
pub fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    hex::encode(Sha256::digest(text.as_bytes()))
}
