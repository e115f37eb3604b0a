//! Limits on the size of the site. A figure that is only monitored grows; one that fails the build
//! does not.

use anyhow::{Result, bail};

use crate::manifest::{File, Manifest};

/// In bytes after compression with brotli.
const WASM: usize = 120_000;
/// All parts of the module that are loaded at first use.
const PARTS: usize = 56_000;
const CSS: usize = 12_000;
/// All files that a first visit loads besides the page itself.
const FIRST_VISIT: usize = 147_000;

pub fn enforce(manifest: &Manifest) -> Result<()> {
    let assets = &manifest.assets;
    let [wasm, js, css, script, icon] = [
        &assets.wasm,
        &assets.js,
        &assets.css,
        &assets.script,
        "favicon.svg",
    ]
    .map(|path| manifest.transfer_size(path));
    let parts = manifest
        .files
        .iter()
        .filter(|file| file.content_type == "application/wasm" && file.path != assets.wasm)
        .map(File::transfer_size)
        .sum();
    let exceeded: Vec<String> = [
        ("WebAssembly", wasm, WASM),
        ("parts", parts, PARTS),
        ("style sheet", css, CSS),
        ("first visit", wasm + js + css + script + icon, FIRST_VISIT),
    ]
    .into_iter()
    .inspect(|(label, size, budget)| println!("{label:<14}{size:>9} of {budget:>7} bytes"))
    .filter(|(_, size, budget)| size > budget)
    .map(|(label, size, budget)| {
        format!(
            "{label} is {} bytes over its budget of {budget}",
            size - budget
        )
    })
    .collect();
    if !exceeded.is_empty() {
        bail!("the site is too large: {} (brotli)", exceeded.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Assets;

    fn site(wasm: usize, css: usize, js: usize, icon: usize) -> Manifest {
        site_with_part(0, wasm, css, js, icon)
    }

    fn site_with_part(part: usize, wasm: usize, css: usize, js: usize, icon: usize) -> Manifest {
        let file = |path: &str, br| File {
            path: path.to_owned(),
            content_type: String::new(),
            immutable: true,
            digest: String::new(),
            raw: 10 * br,
            gzip: None,
            br: Some(br),
        };
        Manifest {
            fingerprint: String::new(),
            assets: Assets {
                js: "j".into(),
                wasm: "w".into(),
                css: "c".into(),
                script: "s".into(),
                palette: "p".into(),
            },
            files: vec![
                file("w", wasm),
                file("c", css),
                file("j", js),
                file("favicon.svg", icon),
                file("another.svg", 1_000_000),
                File {
                    content_type: "application/wasm".into(),
                    ..file("part", part)
                },
            ],
        }
    }

    #[test]
    fn site_passes_if_it_is_exactly_at_its_budgets() {
        assert!(enforce(&site_with_part(PARTS, 115_000, 12_000, 19_000, 1_000)).is_ok());
    }

    #[test]
    fn each_budget_is_enforced_and_named() {
        for (site, message) in [
            (site(WASM + 1, 0, 0, 0), "WebAssembly is 1 bytes over"),
            (
                site_with_part(PARTS + 1, 0, 0, 0, 0),
                "parts is 1 bytes over",
            ),
            (site(0, CSS + 1, 0, 0), "style sheet is 1 bytes over"),
            (
                site(WASM, 0, 0, FIRST_VISIT - WASM + 1),
                "first visit is 1 bytes over",
            ),
        ] {
            let refusal = enforce(&site).unwrap_err().to_string();
            assert!(refusal.contains(message), "{refusal}");
        }
    }
}
