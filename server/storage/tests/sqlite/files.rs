//! The files on the disk: their permissions, and the consequences of a missing file.

use crate::support::{TestDatabase, mode, refusal};
use contract::World;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use storage::{OpenMode, sqlite};

#[tokio::test]
async fn database_files_are_accessible_only_to_their_owner() {
    let database = TestDatabase::new();
    let directory = database.file("a/b");
    let path = directory.join("voxum.db");
    let store = sqlite::open(&path, OpenMode::CreateIfNew)
        .await
        .expect("the store opens");
    World::build(&store).await;
    assert_eq!(mode(&directory), 0o700);
    let files: Vec<_> = fs::read_dir(&directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry"))
        .collect();
    let mut names: Vec<_> = files.iter().map(fs::DirEntry::file_name).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "voxum.db",
            "voxum.db-shm",
            "voxum.db-wal",
            "voxum.db.initialized"
        ]
    );
    for file in files {
        assert_eq!(mode(&file.path()), 0o600, "{}", file.path().display());
    }
    store.close().await;
}

#[tokio::test]
async fn existing_directory_keeps_its_mode() {
    let database = TestDatabase::new();
    fs::set_permissions(database.directory(), fs::Permissions::from_mode(0o750)).expect("a mode");
    database.make().await;
    assert_eq!(mode(database.directory()), 0o750);
}

#[tokio::test]
async fn vanished_database_is_not_replaced_by_an_empty_one() {
    let database = TestDatabase::new();
    database.make().await;
    fs::remove_file(database.path()).expect("removed");
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::Vanished { .. }),
        "{line}"
    );
    assert!(line.contains("restore it from a backup"), "{line}");
    assert!(line.contains("voxum.db.initialized"), "{line}");
    assert!(!database.path().exists());

    fs::write(database.path(), "").expect("an empty file");
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::Vanished { .. }),
        "{line}"
    );
    assert_eq!(fs::metadata(database.path()).expect("a file").len(), 0);

    // A valid but empty database is treated the same.
    database.raw().await.run("VACUUM").await;
    assert_ne!(fs::metadata(database.path()).expect("a file").len(), 0);
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::Vanished { .. }),
        "{line}"
    );

    // The advice in the error message works.
    fs::remove_file(database.path()).expect("removed");
    fs::remove_file(database.marker()).expect("removed");
    database.make().await;
}

#[tokio::test]
async fn start_succeeds_after_one_that_was_killed_while_creating_the_database() {
    let database = TestDatabase::new();
    fs::write(database.path(), "").expect("an empty file");
    fs::set_permissions(database.path(), fs::Permissions::from_mode(0o644)).expect("a mode");
    database.make().await;
    assert_eq!(mode(&database.path()), 0o600);

    // The database is complete, but the start was killed before it wrote the marker.
    fs::remove_file(database.marker()).expect("removed");
    database.make().await;
    assert!(database.marker().exists());
}
