//! Paths of the workspace, and a lock against concurrent builds.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The workspace that this program was built in.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Locates the workspace and its target folder. The server's build script finds the site by the
    /// same rule: `CARGO_TARGET_DIR`, relative to the workspace, otherwise `target`.
    pub fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .context("frontend/bundle stands two levels below the workspace")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Returns the site that the server embeds.
    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// Returns the site that `make dev` serves from disk, so that changing it does not rebuild the
    /// server.
    pub fn dev_site(&self) -> PathBuf {
        self.target.join("site-dev")
    }

    /// Waits until no other bundle is working in this target folder. The lock is released when
    /// dropped.
    pub fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.target)?;
        let path = self.target.join("bundle.lock");
        let file = File::create(&path).with_context(|| format!("creating {}", path.display()))?;
        file.lock()
            .context("waiting for another bundle to finish")?;
        Ok(file)
    }
}
