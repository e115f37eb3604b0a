//! Rebuilds the crate when a migration is added. The compiler watches the files that
//! `sqlx::migrate!` read, but not the folder in which a new one appears.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
