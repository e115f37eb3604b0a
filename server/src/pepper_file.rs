//! The pepper's own file, beside the database: made on the first start, and never again once keys depend on it.

use anyhow::{Context as _, bail};
use service::{Pepper, Random};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Reads the pepper, or makes it where no stored key can depend on one.
///
/// # Errors
/// One line for the operator.
pub fn read_or_make(
    database: &Path,
    has_keys: bool,
    random: &dyn Random,
) -> anyhow::Result<Pepper> {
    let path = beside(database);
    match read(database)? {
        Some(pepper) => Ok(pepper),
        None if has_keys => bail!(
            "the pepper {} is missing, and the stored API keys cannot be checked without it: \
             restore the file, or set VOXUM_PEPPER to its content",
            path.display()
        ),
        None => make(&path, random),
    }
}

/// Reads the pepper, where there is one, and makes none.
///
/// # Errors
/// One line for the operator.
pub fn read(database: &Path) -> anyhow::Result<Option<Pepper>> {
    let path = beside(database);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&Zeroizing::new(text), &path).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => bail!("the pepper {} cannot be read: {error}", path.display()),
    }
}

/// Where the pepper of a database is.
pub fn beside(database: &Path) -> PathBuf {
    database.with_file_name("pepper")
}

fn parse(text: &str, path: &Path) -> anyhow::Result<Pepper> {
    Pepper::parse(text).with_context(|| {
        format!(
            "the pepper {} does not hold 64 hexadecimal digits: restore it",
            path.display()
        )
    })
}

fn make(path: &Path, random: &dyn Random) -> anyhow::Result<Pepper> {
    let pepper = Pepper::generate(random);
    let told = || format!("the pepper {} cannot be written", path.display());
    let mut file = match new_file(path) {
        Ok(file) => file,
        // Another start was quicker: its pepper is the one.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = Zeroizing::new(std::fs::read_to_string(path).with_context(told)?);
            return parse(&text, path);
        }
        Err(error) => return Err(error).with_context(told),
    };
    file.write_all(pepper.to_hex().as_bytes())
        .with_context(told)?;
    file.write_all(b"\n").with_context(told)?;
    // Keys made from now on are worth nothing without this file: it must be on the disk before the first of them.
    file.sync_all().with_context(told)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(told)?;
    Ok(pepper)
}

/// For its owner alone from the moment it exists.
fn new_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::OsRandom;

    #[test]
    fn the_first_start_makes_a_file_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("voxum.db");
        let first = read_or_make(&database, false, &OsRandom).unwrap();
        let second = read_or_make(&database, true, &OsRandom).unwrap();
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
    fn a_pepper_that_keys_depend_on_is_not_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_or_make(&folder.path().join("voxum.db"), true, &OsRandom).unwrap_err();
        assert!(format!("{error:#}").contains("is missing"), "{error:#}");
        assert!(!folder.path().join("pepper").exists());
    }

    #[test]
    fn a_damaged_file_is_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pepper"), "swordfish").unwrap();
        let error = read_or_make(&folder.path().join("voxum.db"), false, &OsRandom).unwrap_err();
        assert!(!format!("{error:#}").contains("swordfish"));
    }
}
