//! Which database it is.

use super::{DATABASE_URL, SettingsError};
use std::fmt;
use std::path::PathBuf;
use url::Url;
use zeroize::Zeroizing;

pub(super) const DEFAULT: &str = "sqlite:./data/voxum.db";

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// An SQLite file on this machine.
    File(PathBuf),
    /// A PostgreSQL database, by its URL, in which a password may stand.
    Postgres(Zeroizing<String>),
}

impl Database {
    /// The URL is not quoted where it is refused: it may hold a password.
    pub(super) fn parse(url: &str) -> Result<Self, SettingsError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return match Url::parse(url) {
                Ok(_) => Ok(Self::Postgres(Zeroizing::new(url.to_owned()))),
                Err(_) => Err(SettingsError(format!(
                    "{DATABASE_URL} is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE \
                     (a password is percent-encoded in it)"
                ))),
            };
        }
        let path = url
            .strip_prefix("sqlite:")
            .map(|rest| rest.strip_prefix("//").unwrap_or(rest));
        match path {
            Some(path) if !path.is_empty() && !path.contains('?') && !path.contains(":memory:") => {
                Ok(Self::File(path.into()))
            }
            _ => Err(SettingsError(format!(
                "{DATABASE_URL} is not of the form sqlite:PATH, such as {DEFAULT}, or \
                 postgres://USER:PASSWORD@HOST/DATABASE"
            ))),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_url_names_a_file() {
        for (url, path) in [
            (DEFAULT, "./data/voxum.db"),
            ("sqlite:///var/lib/voxum.db", "/var/lib/voxum.db"),
        ] {
            let file = Database::File(PathBuf::from(path));
            assert_eq!(Database::parse(url).unwrap(), file);
        }
        for other in [
            "",
            "voxum.db",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a.db?mode=ro",
            "mysql://h/d",
        ] {
            assert!(Database::parse(other).is_err(), "{other:?} was taken");
        }
    }

    #[test]
    fn a_database_url_names_a_postgresql_database_and_is_not_quoted() {
        for url in [
            "postgres://voxum:hunter2@db.example.com:5432/voxum?sslmode=require",
            "postgresql://voxum:hunter2@db/voxum",
        ] {
            let database = Database::parse(url).unwrap();
            assert_eq!(database, Database::Postgres(url.to_owned().into()));
            assert!(!format!("{database:?}").contains("hunter2"));
        }
        for bad in [
            "postgres://voxum:hunter2@db:port/voxum",
            "postgres://voxum:hunter2@[::/x",
        ] {
            let line = Database::parse(bad).unwrap_err().0;
            assert!(
                line.contains("VOXUM_DATABASE_URL") && !line.contains("hunter2"),
                "{line}"
            );
        }
    }
}
