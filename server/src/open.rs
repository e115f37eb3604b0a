//! From settings to a service on its database.

use crate::pepper_file;
use anyhow::anyhow;
use service::store::InstallationStore as _;
use service::{OsRandom, Pepper, Service, SystemClock};
use std::path::Path;
use std::sync::Arc;
use storage::{OpenMode, SqliteStore};

/// What is open, and to be closed in the end.
pub struct Opened {
    pub service: Arc<Service>,
    pub store: SqliteStore,
}

/// Opens the database, finds the pepper and checks the two against each other.
///
/// # Errors
/// One line for the operator, which says what to do.
pub async fn open(
    database: &Path,
    mode: OpenMode,
    pepper: Option<Pepper>,
    public_url: String,
) -> anyhow::Result<Opened> {
    // These texts are complete without their sources.
    let store = SqliteStore::open(database, mode)
        .await
        .map_err(|error| anyhow!("{error}"))?;
    let pepper = match pepper {
        Some(pepper) => pepper,
        None => pepper_file::read_or_make(database, store.has_keys().await?, &OsRandom)?,
    };
    let (port, clock, random) = (
        Arc::new(store.clone()),
        Arc::new(SystemClock),
        Arc::new(OsRandom),
    );
    let service = Service::open(port, clock, random, pepper, public_url).await?;
    Ok(Opened {
        service: Arc::new(service),
        store,
    })
}
