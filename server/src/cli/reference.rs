//! Agreement of `docs/src/configuration.md`, of the commands and of the settings that the documents
//! name with the command line.

use super::args::{Cli, SECRETS};
use crate::settings::{self, Environment};
use clap::error::ErrorKind;
use clap::{Arg, CommandFactory as _, Parser as _};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Variables of the example clients, which are not settings of the server.
const CLIENT_VARIABLES: [&str; 2] = ["VOXUM_API_KEY", "VOXUM_URL"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the documents for readers, each with its path.
fn documents() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("docs/src")];
    let mut files = vec![root().join("README.md")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    };
    files.into_iter().map(read).collect()
}

/// Splits a description from the default at its end.
fn split_default(help: &str) -> (&str, Option<&str>) {
    let split = help.strip_suffix(']');
    let split = split.and_then(|help| help.rsplit_once("[default: "));
    split.map_or((help, None), |(meaning, default)| {
        (meaning.trim_end(), Some(default))
    })
}

/// Returns the settings that have a flag, as rows of a table with the variable first.
fn flags() -> Vec<[String; 4]> {
    let row = |arg: &Arg| {
        let variable = arg.get_env()?.to_str()?.to_owned();
        let value = arg.get_value_names()?.first()?;
        let help = arg.get_help()?.to_string();
        let (meaning, described) = split_default(&help);
        let default = match arg.get_default_values().first() {
            Some(default) => format!("`{}`", default.to_str()?),
            None => described.unwrap_or("none").to_owned(),
        };
        let flag = format!("`--{} {value}`", arg.get_long()?);
        Some([variable, flag, default, meaning.to_owned()])
    };
    Cli::command().get_arguments().filter_map(row).collect()
}

/// Returns the secrets in the same form.
fn secrets() -> Vec<[String; 3]> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for line in SECRETS.lines().skip(1).take_while(|line| !line.is_empty()) {
        let line = line.trim_start();
        match line.split_once(' ') {
            Some((variable, text)) if variable.starts_with("VOXUM_") => {
                texts.push((variable.to_owned(), text.trim_start().to_owned()));
            }
            _ => {
                let (_, text) = texts.last_mut().expect("the first line names a variable");
                let _ = write!(text, " {line}");
            }
        }
    }
    let row = |(variable, text): (String, String)| {
        let (meaning, default) = split_default(&text);
        let default = default.unwrap_or("none");
        [variable, default.to_owned(), meaning.to_owned()]
    };
    texts.into_iter().map(row).collect()
}

fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = line(&head.map(str::to_owned)) + &line(&head.map(|_| "---".to_owned()));
    for row in rows {
        let mut cells = row.clone().map(|cell| cell.replace('|', "\\|"));
        cells[0] = format!("`{}`", cells[0]);
        table += &line(&cells);
    }
    table
}

/// Replaces the text between the two comments with this name.
fn fill(page: &str, name: &str, content: &str) -> String {
    let [begin, end] = ["begin", "end"].map(|edge| format!("<!-- {name}: {edge} -->\n"));
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}\n{content}\n{end}{after}")
}

#[test]
fn configuration_page_describes_the_settings_of_the_command_line() {
    let file = root().join("docs/src/configuration.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let flags = table(["Variable", "Flag", "Default", "Meaning"], &flags());
    let secrets = table(["Variable", "Default", "Meaning"], &secrets());
    let expected = fill(&fill(&page, "flags", &flags), "secrets", &secrets);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &expected).unwrap();
    } else {
        assert!(
            page == expected,
            "The settings have changed: run this test with UPDATE_SNAPSHOTS=1 and commit {}.",
            file.display()
        );
    }
}

#[test]
fn configuration_page_lists_every_variable_that_the_server_reads() {
    let flags = flags().into_iter().map(|[variable, ..]| variable);
    let secrets = secrets().into_iter().map(|[variable, ..]| variable);
    let described: BTreeSet<_> = flags.chain(secrets).collect();
    let read = settings::PUBLIC_VARIABLES
        .into_iter()
        .chain(settings::SECRETS);
    assert_eq!(described, read.map(str::to_owned).collect());
}

#[test]
fn documents_name_only_settings_that_exist() {
    for (path, text) in documents() {
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        // A name that ends with an underscore is the beginning of several settings.
        let names = words.filter(|word| word.starts_with("VOXUM_") && !word.ends_with('_'));
        for name in names.filter(|name| !CLIENT_VARIABLES.contains(name)) {
            let checked = Environment::of([(name.into(), "x".into())]).check();
            assert!(checked.is_ok(), "{}: {checked:?}", path.display());
        }
    }
}

#[test]
fn documents_name_only_commands_that_exist() {
    let mut seen = BTreeSet::new();
    for (path, text) in documents() {
        // In a block of commands each line is one, and in the text each piece of code.
        let pieces = text.split(['\n', '`']).map(str::trim);
        for piece in pieces.filter(|piece| piece.starts_with("voxum ")) {
            let line = piece.split(['<', '#']).next().unwrap_or_default();
            let line = line.replace(['[', ']', '…'], "");
            let error = match Cli::try_parse_from(line.split_whitespace()) {
                Ok(_) => None,
                Err(error) => Some(error.kind()),
            };
            // The text may name a command without what it is about.
            let good = matches!(
                error,
                None | Some(
                    ErrorKind::DisplayHelp
                        | ErrorKind::DisplayVersion
                        | ErrorKind::MissingRequiredArgument
                        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                )
            );
            assert!(good, "{}: {piece:?}: {error:?}", path.display());
            seen.insert(line);
        }
    }
    for command in ["voxum serve", "voxum key resume ID", "voxum move FILE"] {
        assert!(seen.contains(command), "{command}: {seen:?}");
    }
}
