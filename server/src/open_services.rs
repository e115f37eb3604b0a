//! Opens the database that the settings name, and the service on it.

use crate::pepper_file;
use crate::settings::{ConfiguredPeppers, Database};
use anyhow::{Context as _, anyhow};
use service::store::InstallationStore as _;
use service::{OsRandom, Pepper, Peppers, Services, SystemClock};
use std::sync::Arc;
use storage::{OpenMode, SqlStore, postgres, sqlite};

/// An open service and its database, which has to be closed at the end.
pub struct OpenServices {
    pub services: Arc<Services>,
    pub store: SqlStore,
}

/// Opens the database, finds the pepper and checks that they fit.
///
/// # Errors
/// One line for the operator, which explains what to do.
pub async fn open_services(
    database: &Database,
    mode: OpenMode,
    peppers: ConfiguredPeppers,
    public_url: String,
) -> anyhow::Result<OpenServices> {
    let ConfiguredPeppers { current, old } = peppers;
    let (store, current) = match database {
        Database::File(path) => {
            // The texts of these errors are complete without their sources.
            let store = sqlite::open(path, mode)
                .await
                .map_err(|error| anyhow!("{error}"))?;
            let current = if let Some(pepper) = current {
                pepper
            } else {
                let depends = depends_on_file(&store, old.as_ref()).await?;
                pepper_file::read_or_create(path, depends, &OsRandom)?
            };
            (store, current)
        }
        Database::Postgres(url) => {
            // Otherwise each node would generate its own pepper, and none would accept the keys of
            // another.
            let current = current.context(
                "VOXUM_PEPPER is not set: with PostgreSQL, set it to the same 64 hexadecimal digits on every node; \
                 `openssl rand -hex 32` prints some",
            )?;
            let store = postgres::open(url, mode)
                .await
                .map_err(|error| anyhow!("{error}"))?;
            (store, current)
        }
    };
    let (clock, random) = (Arc::new(SystemClock), Arc::new(OsRandom));
    let peppers = Peppers::with_old(current, old);
    let services =
        Services::open(Arc::new(store.clone()), clock, random, peppers, public_url).await?;
    // Commands skip this check, so that keys whose pepper is lost can be revoked.
    if mode != OpenMode::ExistingOnly {
        services.pepper.check_old().await?;
    }
    Ok(OpenServices {
        services: Arc::new(services),
        store,
    })
}

/// Returns whether stored keys would be lost if a missing pepper was replaced by a new one.
///
/// They are not lost if they were made with the old pepper that is configured.
async fn depends_on_file(store: &SqlStore, old: Option<&Pepper>) -> anyhow::Result<bool> {
    let stored = store.pepper_fingerprint().await?;
    let replaced = old.is_some_and(|old| stored == Some(old.fingerprint()));
    Ok(!replaced && store.has_keys().await?)
}
