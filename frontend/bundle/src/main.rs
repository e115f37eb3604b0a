//! Builds the site: everything a browser loads besides the pages themselves.
//!
//! `cargo run -p bundle` compiles the module, splits it, generates its loader, optimises it, bundles
//! and minifies the style sheet, adds the public files, names immutable files after their content,
//! compresses everything and enforces the size budgets. The result is in `target/site`, from which
//! the server's build script embeds it.
//!
//! This is a program rather than a chain of installed tools, so that a newcomer need not install
//! any: whatever cargo can fetch and lock is a library here, and only wasm-opt comes from npm.

mod budget;
mod compress;
#[cfg(test)]
mod contrast;
mod css;
mod dev;
mod manifest;
mod public;
mod publish;
mod report;
mod script;
mod site_file;
mod split;
mod wasm;
mod wasm_opt;
mod workspace;

use std::mem;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::compress::Level;
use crate::site_file::SiteFile;
use crate::wasm_opt::WasmOpt;
use crate::workspace::Workspace;

/// Builds the site of Voxum Console into target/site.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Build quickly: unoptimised, barely compressed, no budgets.
    #[arg(long)]
    dev: bool,
    /// Where the site goes instead.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server, and rebuild and reload both sides whenever a source file changes.
    Watch,
}

/// How much effort goes into a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The site that users get.
    Release,
    /// The site for development, which is quick to build.
    Dev,
    /// Like `Dev`, with pages that reload themselves.
    Live,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bundle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let workspace = Workspace::locate()?;
    match arguments.command {
        Some(Command::Watch) => dev::watch(&workspace),
        None => {
            let out = arguments.out.unwrap_or_else(|| workspace.site());
            let mode = if arguments.dev {
                Mode::Dev
            } else {
                Mode::Release
            };
            build(&workspace, mode, &out)
        }
    }
}

/// Builds the site into `out`, unless an identical site is already there.
fn build(workspace: &Workspace, mode: Mode, out: &Path) -> Result<()> {
    let _lock = workspace.lock()?;

    let wasm_opt = match mode {
        Mode::Release => Some(WasmOpt::find(workspace)?),
        Mode::Dev | Mode::Live => None,
    };
    let module = wasm::compile(workspace, mode)?;
    let css = css::bundle(&workspace.root().join("style/main.css"))?;
    let script = script::read(&workspace.root().join("frontend/src/console.js"))?;
    let palette = script::read(&workspace.root().join("frontend/src/palette.js"))?;
    let public = public::collect(&workspace.root().join("public"))?;

    let mut fingerprint = manifest::Fingerprint::new()?;
    fingerprint.add(format!("{mode:?}"));
    fingerprint.add(wasm_opt.as_ref().map_or("", WasmOpt::version));
    fingerprint.add(&module);
    fingerprint.add(&css);
    fingerprint.add(&script);
    fingerprint.add(&palette);
    for site_file in &public {
        fingerprint.add(&site_file.path);
        fingerprint.add(&site_file.bytes);
    }
    let fingerprint = fingerprint.finish();

    if let Some(current) = manifest::read(out).filter(|it| it.fingerprint == fingerprint) {
        println!("{}", report::table(&current));
        println!("The site is up to date.");
        return Ok(());
    }

    let mut split = split::split(&module)?;
    let (js, wasm) = wasm::bind(mem::take(&mut split.main))?;
    let optimise = |wasm| match &wasm_opt {
        Some(optimiser) => optimiser.run(wasm),
        None => Ok(wasm),
    };
    let wasm = optimise(wasm)?;
    let mut parts = Vec::new();
    for part in &mut split.parts {
        let part = mem::take(&mut part.wasm);
        parts.push(SiteFile::with_hash("wasm", optimise(part)?)?);
    }
    let js = split.join(&js, &parts)?.into_bytes();
    let (js, stamp) = match mode {
        Mode::Live => dev::with_reloader(js).map(|(js, stamp)| (js, Some(stamp)))?,
        Mode::Release | Mode::Dev => (js, None),
    };
    let js = SiteFile::with_hash("js", js)?;
    let wasm = SiteFile::with_hash("wasm", wasm)?;
    let css = SiteFile::with_hash("css", css)?;
    let script = SiteFile::with_hash("js", script)?;
    let palette = SiteFile::with_hash("js", palette)?;
    let assets = manifest::Assets {
        js: js.path.clone(),
        wasm: wasm.path.clone(),
        css: css.path.clone(),
        script: script.path.clone(),
        palette: palette.path.clone(),
    };

    let level = match mode {
        Mode::Release => Level::Smallest,
        Mode::Dev | Mode::Live => Level::Quick,
    };
    let mut files = Vec::new();
    for site_file in [js, wasm, css, script, palette]
        .into_iter()
        .chain(parts)
        .chain(public)
        .chain(stamp)
    {
        files.push(compress::compress(site_file, level)?);
    }
    files.sort_by(|a, b| a.site_file.path.cmp(&b.site_file.path));

    let manifest = manifest::Manifest::new(fingerprint, assets, &files);
    println!("{}", report::table(&manifest));
    if mode == Mode::Release {
        budget::enforce(&manifest)?;
    }
    publish::publish(out, &manifest, &files)
}
