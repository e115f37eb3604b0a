//! The module and the JavaScript that loads it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::Mode;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles `frontend` and returns the module as the linker left it.
pub fn compile(workspace: &Workspace, mode: Mode) -> Result<Vec<u8>> {
    // Cargo keeps the dev profile's artifacts in `debug`.
    let (profile, folder) = match mode {
        Mode::Release => ("wasm-release", "wasm-release"),
        Mode::Dev | Mode::Live => ("dev", "debug"),
    };
    let status = Command::new("cargo")
        .args(["build", "--package", "frontend", "--lib"])
        .args(["--target", TARGET, "--profile", profile, "--target-dir"])
        .arg(workspace.target())
        .current_dir(workspace.root())
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "the module does not compile");
    let path = workspace
        .target()
        .join(TARGET)
        .join(folder)
        .join("frontend.wasm");
    fs::read(&path).with_context(|| format!("reading {}", path.display()))
}

/// Splits the compiler's output into the JavaScript loader and the module for it.
///
/// The loader never names the module's file, whose name is only known once it is optimised: the page
/// passes it to the loader.
pub fn bind(compiled: Vec<u8>, mode: Mode) -> Result<(Vec<u8>, Vec<u8>)> {
    let folder = tempfile::tempdir()?;
    Bindgen::new()
        .input_bytes("console", compiled)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // Names make a panic's stack readable.
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(true)
        .generate(folder.path())
        .context("generating the module's loader")?;
    refuse_snippets(folder.path())?;
    // The loader is not minified: brotli brings it to a few kilobytes, and the well-kept minifiers
    // would triple what this program has to compile.
    Ok((
        fs::read(folder.path().join("console.js"))?,
        fs::read(folder.path().join("console_bg.wasm"))?,
    ))
}

/// A crate may bring JavaScript of its own, which the loader then imports by a name that does not
/// change with the content. None does; the first that does has to be looked at.
fn refuse_snippets(folder: &Path) -> Result<()> {
    if folder.join("snippets").exists() {
        bail!("a dependency of the module brings JavaScript snippets, which the site cannot hold");
    }
    Ok(())
}
