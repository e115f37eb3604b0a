//! The files on the disk: their permissions, and the consequences of a missing file.

use crate::support::{Place, mode, refusal};
use contract::World;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use storage::{OpenMode, sqlite};

#[tokio::test]
async fn database_files_are_accessible_only_to_their_owner() {
    let place = Place::new();
    let directory = place.file("a/b");
    let database = directory.join("voxum.db");
    let store = sqlite::open(&database, OpenMode::CreateIfNew)
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
    let place = Place::new();
    fs::set_permissions(place.directory(), fs::Permissions::from_mode(0o750)).expect("a mode");
    place.make().await;
    assert_eq!(mode(place.directory()), 0o750);
}

#[tokio::test]
async fn vanished_database_is_not_replaced_by_an_empty_one() {
    let place = Place::new();
    place.make().await;
    fs::remove_file(place.database()).expect("removed");
    let (error, line) = refusal(&place).await;
    assert!(
        matches!(error, sqlite::OpenError::Vanished { .. }),
        "{line}"
    );
    assert!(line.contains("restore it from a backup"), "{line}");
    assert!(line.contains("voxum.db.initialized"), "{line}");
    assert!(!place.database().exists());

    fs::write(place.database(), "").expect("an empty file");
    let (error, line) = refusal(&place).await;
    assert!(
        matches!(error, sqlite::OpenError::Vanished { .. }),
        "{line}"
    );
    assert_eq!(fs::metadata(place.database()).expect("a file").len(), 0);

    // A valid but empty database is treated the same.
    place.raw().await.run("VACUUM").await;
    assert_ne!(fs::metadata(place.database()).expect("a file").len(), 0);
    let (error, line) = refusal(&place).await;
    assert!(
        matches!(error, sqlite::OpenError::Vanished { .. }),
        "{line}"
    );

    // The advice in the error message works.
    fs::remove_file(place.database()).expect("removed");
    fs::remove_file(place.marker()).expect("removed");
    place.make().await;
}

#[tokio::test]
async fn start_succeeds_after_one_that_was_killed_while_creating_the_database() {
    let place = Place::new();
    fs::write(place.database(), "").expect("an empty file");
    fs::set_permissions(place.database(), fs::Permissions::from_mode(0o644)).expect("a mode");
    place.make().await;
    assert_eq!(mode(&place.database()), 0o600);

    // The database is complete, but the start was killed before it wrote the marker.
    fs::remove_file(place.marker()).expect("removed");
    place.make().await;
    assert!(place.marker().exists());
}
