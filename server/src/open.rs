//! From settings to a service on its database.

use crate::pepper_file;
use crate::settings::Database;
use anyhow::{Context as _, anyhow};
use service::store::{InstallationStore as _, Store};
use service::{OsRandom, Pepper, Service, SystemClock};
use std::sync::Arc;
use storage::{OpenMode, PostgresStore, SqliteStore};

/// What is open, and to be closed in the end.
pub struct Opened {
    pub service: Arc<Service>,
    pub store: OpenStore,
}

/// The connections to the one database or the other.
pub enum OpenStore {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl OpenStore {
    fn ports(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// Opens the database, finds the pepper and checks the two against each other.
///
/// # Errors
/// One line for the operator, which says what to do.
pub async fn open(
    database: &Database,
    mode: OpenMode,
    pepper: Option<Pepper>,
    public_url: String,
) -> anyhow::Result<Opened> {
    let (store, pepper) = match database {
        Database::File(path) => {
            // These texts are complete without their sources.
            let store = SqliteStore::open(path, mode)
                .await
                .map_err(|error| anyhow!("{error}"))?;
            let pepper = match pepper {
                Some(pepper) => pepper,
                None => pepper_file::read_or_make(path, store.has_keys().await?, &OsRandom)?,
            };
            (OpenStore::Sqlite(store), pepper)
        }
        Database::Postgres(url) => {
            // Each node made one of its own, and none knew the keys of another.
            let pepper = pepper.context(
                "VOXUM_PEPPER is not set: with PostgreSQL every node is given the same one, \
                 64 hexadecimal digits such as `openssl rand -hex 32` prints",
            )?;
            let store = PostgresStore::open(url, mode)
                .await
                .map_err(|error| anyhow!("{error}"))?;
            (OpenStore::Postgres(store), pepper)
        }
    };
    let (clock, random) = (Arc::new(SystemClock), Arc::new(OsRandom));
    let service = Service::open(store.ports(), clock, random, pepper, public_url).await?;
    Ok(Opened {
        service: Arc::new(service),
        store,
    })
}
