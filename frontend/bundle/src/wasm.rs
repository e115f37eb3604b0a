//! The module and the JavaScript that loads it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::Mode;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles `frontend` and returns the module as the linker wrote it.
pub fn compile(workspace: &Workspace, mode: Mode) -> Result<Vec<u8>> {
    // Cargo puts the artifacts of the dev profile in `debug`.
    let (profile, folder) = match mode {
        Mode::Release => ("wasm-release", "wasm-release"),
        Mode::Dev | Mode::Live => ("dev", "debug"),
    };
    let status = Command::new("cargo")
        .args(["rustc", "--package", "frontend", "--lib"])
        .args(["--target", TARGET, "--profile", profile, "--target-dir"])
        .arg(workspace.target())
        // `split` needs the relocations.
        .args(["--", "-Clink-arg=--emit-relocs"])
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

/// Splits the linked module into the JavaScript that loads it and the module for the browser.
///
/// The loader does not contain the module's file name, which is known only after optimisation: the
/// page passes it to the loader.
pub fn bind(module: Vec<u8>) -> Result<(String, Vec<u8>)> {
    let folder = tempfile::tempdir()?;
    Bindgen::new()
        .input_bytes("console", module)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // The parts that are loaded at first use need what the module exports for them.
        .keep_lld_exports(true)
        // The name section makes the stack of a panic readable. A release has none: wasm-opt sorts the
        // functions by it, and then removes it.
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate(folder.path())
        .context("generating the module's loader")?;
    refuse_snippets(folder.path())?;
    // The loader is not minified: brotli reduces it to a few kilobytes, and a well-maintained
    // minifier would triple what this program has to compile.
    Ok((
        fs::read_to_string(folder.path().join("console.js"))?,
        fs::read(folder.path().join("console_bg.wasm"))?,
    ))
}

/// Refuses a module whose crates contain JavaScript.
///
/// The loader would import it by a name that does not change with its content. No crate does this
/// today, and the first one that does needs a closer look.
fn refuse_snippets(folder: &Path) -> Result<()> {
    if folder.join("snippets").exists() {
        bail!("a dependency of the module brings JavaScript snippets, which the site cannot hold");
    }
    Ok(())
}
