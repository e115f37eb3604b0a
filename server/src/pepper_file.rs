//! File of the pepper beside the database: created at the first start, and never again once keys
//! depend on it.

use anyhow::{Context as _, bail};
use service::{Pepper, Random};
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Reads the pepper, or creates it if no stored key can depend on one.
///
/// # Errors
/// One line for the operator.
pub fn read_or_create(
    database: &Path,
    has_keys: bool,
    random: &dyn Random,
) -> anyhow::Result<Pepper> {
    let path = path_for(database);
    match read(database)? {
        Some(pepper) => Ok(pepper),
        None if has_keys => bail!(
            "the pepper {} is missing, and the stored API keys cannot be checked without it: \
             restore the file, or set VOXUM_PEPPER to its content",
            path.display()
        ),
        None => create(&path, random),
    }
}

/// Reads the pepper, if there is one, and does not create it.
///
/// # Errors
/// One line for the operator.
pub fn read(database: &Path) -> anyhow::Result<Option<Pepper>> {
    let path = path_for(database);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&Zeroizing::new(text), &path).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => bail!("the pepper {} cannot be read: {error}", path.display()),
    }
}

/// Returns the path of a database's pepper.
pub fn path_for(database: &Path) -> PathBuf {
    database.with_file_name("pepper")
}

fn parse(text: &str, path: &Path) -> anyhow::Result<Pepper> {
    Pepper::parse(text).with_context(|| {
        format!(
            "the pepper {} does not contain 64 hexadecimal digits: restore it",
            path.display()
        )
    })
}

/// Creates a pepper so that its file is either complete or absent, whenever this process or the
/// machine stops.
///
/// The pepper is written to a temporary file in the same folder, which only its owner can read, and
/// flushed to the disk. Only then does the file get its name. If this process ends before that, the
/// next start finds no pepper and creates one: the temporary file that is left behind contains a
/// pepper that no key was made with.
fn create(path: &Path, random: &dyn Random) -> anyhow::Result<Pepper> {
    let pepper = Pepper::generate(random);
    let failed = || format!("the pepper {} cannot be written", path.display());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix("pepper.")
        .suffix(".new")
        .tempfile_in(folder)
        .with_context(failed)?;
    writeln!(file, "{}", *pepper.to_hex()).with_context(failed)?;
    // No key works without this file, so it must be on the disk before the first key is created.
    file.as_file().sync_all().with_context(failed)?;
    let pepper = match file.persist_noclobber(path) {
        Ok(_) => pepper,
        // Another start was faster, and both use its pepper.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            let text = Zeroizing::new(std::fs::read_to_string(path).with_context(failed)?);
            parse(&text, path)?
        }
        Err(error) => return Err(error.error).with_context(failed),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(failed)?;
    Ok(pepper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::OsRandom;

    #[test]
    fn first_start_creates_a_file_that_only_its_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("voxum.db");
        let first = read_or_create(&database, false, &OsRandom).unwrap();
        let second = read_or_create(&database, true, &OsRandom).unwrap();
        assert_eq!(first.fingerprint(), second.fingerprint());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join("pepper"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn concurrent_starts_agree_on_one_pepper_and_never_read_half_of_it() {
        for _ in 0..100 {
            let folder = tempfile::tempdir().unwrap();
            let database = folder.path().join("voxum.db");
            let fingerprints = std::thread::scope(|scope| {
                let start = || {
                    read_or_create(&database, false, &OsRandom)
                        .unwrap()
                        .fingerprint()
                };
                let starts = [0; 8].map(|_| scope.spawn(start));
                starts.map(|start| start.join().unwrap())
            });
            let stored = read(&database).unwrap().unwrap().fingerprint();
            assert_eq!(fingerprints, [0; 8].map(|_| stored.clone()));
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn start_succeeds_if_the_previous_one_was_killed_while_writing_the_pepper() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["", "0123"] {
            let leftover = tempfile::Builder::new()
                .prefix("pepper.")
                .suffix(".new")
                .tempfile_in(folder.path())
                .unwrap();
            std::fs::write(leftover.keep().unwrap().1, content).unwrap();
        }
        let database = folder.path().join("voxum.db");
        let first = read_or_create(&database, false, &OsRandom).unwrap();
        let second = read_or_create(&database, true, &OsRandom).unwrap();
        assert_eq!(first.fingerprint(), second.fingerprint());
    }

    #[test]
    fn missing_pepper_is_not_recreated_if_keys_depend_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_or_create(&folder.path().join("voxum.db"), true, &OsRandom).unwrap_err();
        assert!(format!("{error:#}").contains("is missing"), "{error:#}");
        assert!(!folder.path().join("pepper").exists());
    }

    #[test]
    fn content_of_a_damaged_file_is_not_quoted_in_the_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pepper"), "swordfish").unwrap();
        let error = read_or_create(&folder.path().join("voxum.db"), false, &OsRandom).unwrap_err();
        assert!(!format!("{error:#}").contains("swordfish"));
    }
}
