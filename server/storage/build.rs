//! Builds the crate again when a migration is added: the compiler watches the files that `sqlx::migrate!` read, not
//! the folder a new one appears in.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
