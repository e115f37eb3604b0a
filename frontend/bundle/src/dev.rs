//! The loop behind `make dev`: rebuild what changed, restart the server, reload the page.
//!
//! Cargo and the site's fingerprint determine what a change affects, so this loop only decides when
//! to build. The page learns of a new build from a small file of the site, which a few lines
//! appended to the loader poll. Neither the server nor a released site contains any of this.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::site_file::SiteFile;
use crate::workspace::Workspace;
use crate::{Mode, build};

const WATCHED_PATHS: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "app",
    "frontend/src",
    "public",
    "server",
    "style",
];

/// Quiet period before a rebuild, so that an editor that saves several files at once causes only
/// one.
const DEBOUNCE: Duration = Duration::from_millis(150);

/// The file that the page polls to find out whether to reload.
const STAMP: &str = "pkg/reload.txt";

/// Appended to the loader. If the server is restarting, the request fails and is repeated.
const RELOADER: &str = r#"
{
  let first;
  setInterval(async () => {
    const answer = await fetch("/pkg/reload.txt", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const stamp = await answer.text();
    first ??= stamp;
    if (stamp !== first) location.reload();
  }, 500);
}
"#;

/// Returns the loader with the lines that reload its page, and the file that they poll.
pub fn with_reloader(mut js: Vec<u8>) -> Result<(Vec<u8>, SiteFile)> {
    js.extend_from_slice(RELOADER.as_bytes());
    Ok((js, SiteFile::with_path(STAMP, b"0".to_vec())?))
}

/// Rebuilds after each change, until interrupted.
pub fn watch(workspace: &Workspace) -> Result<()> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and compiling reads all of them.
        if event.is_ok_and(|it| !matches!(it.kind, EventKind::Access(_))) {
            // Fails only after the loop has ended.
            let _ = sender.send(());
        }
    })?;
    for path in WATCHED_PATHS.map(|path| workspace.root().join(path)) {
        if path.exists() {
            watcher.watch(&path, RecursiveMode::Recursive)?;
        }
    }

    let site = workspace.dev_site();
    let mut server = Server::default();
    let mut round = 0_u64;
    loop {
        round += 1;
        match rebuild(workspace, &site) {
            Ok(()) => {
                server.start(workspace, &site)?;
                // Written only now, so that no page reloads from the server that has just stopped.
                // The number of the round alone is not unique, because the page may be older than
                // this loop.
                fs::write(site.join(STAMP), format!("{}.{round}", std::process::id()))?;
                println!("Running. Save a file to rebuild; interrupt to stop.");
            }
            Err(error) => eprintln!("{error:#}. Waiting for a change."),
        }
        wait(&changes)?;
    }
}

/// Returns once something has changed and nothing further has for a moment.
fn wait(changes: &Receiver<()>) -> Result<()> {
    changes.recv().context("watching stopped")?;
    loop {
        match changes.recv_timeout(DEBOUNCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            Err(RecvTimeoutError::Disconnected) => unreachable!("received from it above"),
        }
    }
}

fn rebuild(workspace: &Workspace, site: &Path) -> Result<()> {
    build(workspace, Mode::Live, site)?;
    let status = Command::new("cargo")
        .args(["build", "--workspace", "--bin", "voxum", "--target-dir"])
        .arg(workspace.target())
        .current_dir(workspace.root())
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "the server does not compile");
    Ok(())
}

/// The server under development, if it is running. It is stopped when dropped.
#[derive(Default)]
struct Server {
    child_process: Option<Child>,
    /// When the running program was built.
    modified_at: Option<SystemTime>,
}

impl Server {
    /// Starts the server, or restarts it if it was rebuilt. The site needs no restart, since the
    /// server reads it from disk.
    fn start(&mut self, workspace: &Workspace, site: &Path) -> Result<()> {
        let program = workspace.target().join("debug").join("voxum");
        let modified_at = fs::metadata(&program)?.modified()?;
        if self.modified_at == Some(modified_at) && self.is_alive() {
            return Ok(());
        }
        self.stop();
        let child = Command::new(&program)
            .arg("serve")
            .env("LEPTOS_SITE_ROOT", site)
            .current_dir(workspace.root())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        self.child_process = Some(child);
        self.modified_at = Some(modified_at);
        Ok(())
    }

    fn is_alive(&mut self) -> bool {
        self.child_process
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child_process.take() {
            // Fails only if the server has already exited.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
