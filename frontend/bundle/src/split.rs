//! Splits the module: code that not every visit needs is in a separate file, which is loaded at
//! first use.
//!
//! Each function marked with `wasm_split` is a split point: the code that only this function reaches
//! moves out of the module. The linker has to keep its relocations for this.

use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

use crate::site_file::SiteFile;

/// The module, and the parts of it that are loaded at first use.
pub struct Split {
    pub main: Vec<u8>,
    pub parts: Vec<Part>,
    /// The JavaScript that loads the parts.
    loader: String,
}

pub struct Part {
    /// The name of its file in the loader.
    name: String,
    pub wasm: Vec<u8>,
}

/// The names of the two JavaScript files in each other's imports.
const MAIN: &str = "./console.js";
const LOADER: &str = "./__wasm_split.js";

pub fn split(module: &[u8]) -> Result<Split> {
    let folder = tempfile::tempdir()?;
    let main = folder.path().join("main.wasm");
    let mut options = Options::new(module);
    options.output_dir = folder.path();
    options.main_out_path = &main;
    options.main_module = MAIN;
    options.link_name = LOADER;
    let files = transform(options)
        .map_err(|error| anyhow!("splitting the module: {error:#}"))?
        .split_modules;
    let parts = files.into_iter().map(|file| {
        let name = file.file_name().context("a part without a name")?;
        Ok(Part {
            name: name.to_string_lossy().into_owned(),
            wasm: fs::read(&file)?,
        })
    });
    Ok(Split {
        parts: parts.collect::<Result<_>>()?,
        main: fs::read(&main)?,
        loader: fs::read_to_string(folder.path().join(LOADER))?,
    })
}

impl Split {
    /// Joins wasm-bindgen's JavaScript with the loader of the parts.
    ///
    /// As two files they would import each other, so that neither could be named after its content.
    /// `files` are the parts as they are published, in the same order and in the folder of the
    /// result.
    pub fn join(&self, js: &str, files: &[SiteFile]) -> Result<String> {
        let js = remove(js, &format!("import * as import1 from \"{LOADER}\""))?;
        let import = format!("import {{ initSync }} from \"{MAIN}\";");
        let mut loader = remove(&self.loader, &import)?;
        let exported = loader.lines().filter_map(|line| {
            let declaration = line.strip_prefix("export const ")?;
            declaration.split_whitespace().next()
        });
        let exported = exported.collect::<Vec<_>>().join(", ");
        loader = loader.replace("export const ", "const ");
        for (part, file) in self.parts.iter().zip(files) {
            let name = format!("\"./{}\"", part.name);
            ensure!(loader.contains(&name), "the loader does not load {name}");
            loader = loader.replace(&name, &format!("\"./{}\"", file.name()));
        }
        Ok(format!(
            "{js}\n{loader}\nconst import1 = {{ {exported} }};\n"
        ))
    }
}

fn remove(js: &str, line: &str) -> Result<String> {
    ensure!(js.contains(line), "the JavaScript has no line `{line}`");
    Ok(js.replacen(line, "", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_with(loader: &str) -> Split {
        Split {
            main: Vec::new(),
            parts: vec![Part {
                name: "split_dialogs.wasm".into(),
                wasm: Vec::new(),
            }],
            loader: loader.into(),
        }
    }

    const BOUND: &str = "import * as import1 from \"./__wasm_split.js\"\nfunction initSync() {}";
    const LOADS: &str = "import { initSync } from \"./console.js\";\n\
        export const __wasm_split_load_dialogs = load(\"./split_dialogs.wasm\");";

    fn part() -> Result<SiteFile> {
        SiteFile::with_hash("wasm", b"part".to_vec())
    }

    #[test]
    fn joined_loader_imports_nothing_and_loads_the_part_by_its_final_name() -> Result<()> {
        let parts = [part()?];
        let js = split_with(LOADS).join(BOUND, &parts)?;
        assert!(!js.contains("import {") && !js.contains("import *") && !js.contains("export"));
        let load = format!(
            "const __wasm_split_load_dialogs = load(\"./{}\");",
            parts[0].name()
        );
        assert!(js.contains(&load), "{js}");
        assert!(js.ends_with("const import1 = { __wasm_split_load_dialogs };\n"));
        Ok(())
    }

    #[test]
    fn loader_of_an_unknown_form_is_refused() -> Result<()> {
        let parts = [part()?];
        assert!(split_with(LOADS).join("", &parts).is_err());
        assert!(
            split_with("export const a = 1;")
                .join(BOUND, &parts)
                .is_err()
        );
        let other = LOADS.replace("split_dialogs", "split_other");
        assert!(split_with(&other).join(BOUND, &parts).is_err());
        Ok(())
    }
}
