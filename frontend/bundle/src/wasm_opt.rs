//! Runs wasm-opt, which makes the module about a third smaller. It is the only tool that no crate
//! provides in a recent enough version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::Workspace;

/// The oldest supported version. Older ones do not support all of wasm-bindgen's output: version
/// 108, which Debian ships, even reports success and leaves a module that crashes when the page
/// starts.
const MIN_VERSION: u32 = 117;

const INSTALL_HINT: &str = "It comes with the npm packages: `npm ci` in end2end/, or `make setup`.";

/// An installed wasm-opt of a supported version.
pub struct WasmOpt {
    program: PathBuf,
    version: String,
}

impl WasmOpt {
    /// Finds wasm-opt in the npm packages if it is installed there, otherwise on the path.
    pub fn find(workspace: &Workspace) -> Result<Self> {
        let local = workspace.root().join("end2end/node_modules/.bin/wasm-opt");
        let program = if local.exists() {
            local
        } else {
            PathBuf::from("wasm-opt")
        };
        let Ok(output) = Command::new(&program).arg("--version").output() else {
            bail!("wasm-opt is missing. {INSTALL_HINT}");
        };
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let number = number(&version).with_context(|| {
            format!(
                "{} --version said “{version}”. {INSTALL_HINT}",
                program.display()
            )
        })?;
        ensure!(
            number >= MIN_VERSION,
            "{} is version {number}, but the site needs {MIN_VERSION} or newer. {INSTALL_HINT}",
            program.display()
        );
        Ok(Self { program, version })
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// Optimises the module. `--all-features` must not be used, since the result would use types
    /// that no browser accepts.
    pub fn run(&self, module: Vec<u8>) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir()?;
        let (before, after) = (
            folder.path().join("before.wasm"),
            folder.path().join("after.wasm"),
        );
        fs::write(&before, module)?;
        let status = Command::new(&self.program)
            .args([
                "-Oz",
                // A function with a single caller stays one: inlined, it resembles no other code any
                // more, which makes the compressed module a tenth larger.
                "--one-caller-inline-max-function-size",
                "10",
                "--converge",
                // Functions with similar names have similar code, which compresses better together.
                "--reorder-functions-by-name",
                "--enable-bulk-memory",
                "--enable-nontrapping-float-to-int",
            ])
            .arg(&before)
            .arg("-o")
            .arg(&after)
            .status()
            .context("starting wasm-opt")?;
        ensure!(status.success(), "wasm-opt failed");
        read(&after)
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).context("wasm-opt wrote nothing")
}

/// Parses the number in `wasm-opt version 132 (version_132)`; the part in parentheses may be
/// missing.
fn number(version: &str) -> Option<u32> {
    version
        .strip_prefix("wasm-opt version ")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_the_output_of_wasm_opt() {
        assert_eq!(number("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(number("wasm-opt version 108"), Some(108));
        assert_eq!(number("something else"), None);
    }
}
