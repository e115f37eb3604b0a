//! Test fixtures: a server for each test, and clients with various credentials.

mod http;
mod inbox;
mod openapi;
mod response;
mod world;

pub use http::{Key, Member, TestClient, multipart};
pub use inbox::Inbox;
pub use response::TestResponse;
pub use testkit::Text;
pub use world::{PUBLIC_URL, World, setup_link};

pub const PASSWORD: &str = "correct horse battery";
/// The email address of a world's first member.
pub const OWNER: &str = "ada@example.com";
pub const INVENTORY: [&str; 2] = ["inventory:read", "inventory:write"];
pub const LEADS: [&str; 2] = ["leads:read", "leads:write"];
pub const ALL_SCOPES: [&str; 4] = [INVENTORY[0], INVENTORY[1], LEADS[0], LEADS[1]];

/// Hashes a found key as its page does before sending it.
pub fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    hex::encode(Sha256::digest(text.as_bytes()))
}
