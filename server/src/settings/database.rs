//! `VOXUM_DATABASE_URL`: the database that is used.

use super::{DATABASE_URL, SettingsError};
use std::fmt;
use std::path::PathBuf;
use url::Url;
use zeroize::Zeroizing;

pub(super) const DEFAULT: &str = "sqlite:./data/voxum.db";

/// Kind and address of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// An SQLite file on this machine.
    File(PathBuf),
    /// A PostgreSQL database, by its URL, which may contain a password.
    Postgres(Zeroizing<String>),
}

impl Database {
    /// Parses a URL. An error does not quote it, since it may contain a password.
    pub(super) fn parse(url: &str) -> Result<Self, SettingsError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return match Url::parse(url) {
                Ok(parsed) if names_a_database(&parsed) => {
                    Ok(Self::Postgres(Zeroizing::new(url.to_owned())))
                }
                _ => Err(SettingsError(format!(
                    "{DATABASE_URL} is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE \
                     (percent-encode the password)"
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

/// Returns whether the URL names a host and a database.
///
/// If a slash is missing, the password ends up in the name of the database, which connection errors
/// contain.
fn names_a_database(url: &Url) -> bool {
    let is_host = |(name, _): (_, _)| name == "host" || name == "hostaddr";
    let host = url.host_str().is_some_and(|host| !host.is_empty());
    let name = url.path().strip_prefix('/').unwrap_or(url.path());
    url.has_authority()
        && (host || url.query_pairs().any(is_host))
        && !name.contains(['/', ':', '@'])
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
    fn database_url_may_name_an_sqlite_file() {
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
    fn database_url_may_name_a_postgresql_database_and_its_password_is_not_quoted() {
        for url in [
            "postgres://voxum:hunter2@db.example.com:5432/voxum?sslmode=require",
            "postgresql://voxum:hunter2@db/voxum",
            "postgres:///voxum?host=/run/postgresql&password=hunter2",
        ] {
            let database = Database::parse(url).unwrap();
            assert_eq!(database, Database::Postgres(url.to_owned().into()));
            assert!(!format!("{database:?}").contains("hunter2"));
        }
        for invalid in [
            "postgres://voxum:hunter2@db:port/voxum",
            "postgres://voxum:hunter2@[::/x",
            "postgres:/voxum:hunter2@db",
            "postgres:voxum:hunter2@127.0.0.1/voxum",
            "postgres:///voxum:hunter2@db/voxum",
            "postgres://db/voxum:hunter2@db",
            "postgres:",
        ] {
            let line = Database::parse(invalid).unwrap_err().0;
            assert!(
                line.contains("VOXUM_DATABASE_URL") && !line.contains("hunter2"),
                "{line}"
            );
        }
    }
}
