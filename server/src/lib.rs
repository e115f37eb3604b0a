//! The server: everything that only it runs and that is neither a rule (`service`) nor a statement
//! (`storage`).
//!
//! A request goes one way: [`router`] finds the handler; `console` (people, sessions, pages) or
//! `api` (integrations, keys, JSON) extracts what it needs and passes a typed call with a typed
//! caller to `service`.

mod admin;
mod api;
mod body;
mod cli;
mod client;
mod command;
mod console;
mod counted;
mod cursor;
mod docs;
mod encoding;
mod fallback;
mod feed;
mod formula;
mod headers;
mod key_command;
mod listen;
mod mail;
mod memory;
mod metrics;
mod open;
mod operator;
mod parameter;
mod pepper_file;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod request;
pub mod router;
mod serve;
mod settings;
mod shutdown;
mod signals;
mod site;
mod state;
mod table;
mod telemetry;

pub(crate) use api::problem::Problem;
pub use listen::{Answers, Limits, answer_all, answer_one};
pub use request::App;
pub use router::build_app;
pub use settings::{PublicUrl, TrustedProxies};
pub use site::Site;
pub use state::{AppState, Bodies};
pub use telemetry::{LogFormat, log};

use clap::Parser as _;
use cli::{Cli, Command};
use service::key::PlainKey;
use settings::{Environment, Settings};
use std::process::ExitCode;
use std::time::Duration;

/// Replaces clap's error message, which would repeat the key.
const KEY_GIVEN: &str = "that looks like a key itself, and what stands on a command line stays in the shell's history: \
    rotate or revoke it by its id, which `voxum key identify < FILE` tells, and nothing was changed";

/// Runs the command that the process was started with.
///
/// An error is reported in one line on standard error. The exit code is 2 if a setting or the
/// command line has to be corrected, and 1 for any other error.
pub fn run() -> ExitCode {
    let environment = Environment::of(std::env::vars_os());
    // This check comes before the command line is parsed, since clap has its own way of reading a
    // variable that is not UTF-8.
    if let Err(error) = environment.check() {
        return stop(&error, 2);
    }
    let Cli {
        flags,
        command: asked,
    } = match Cli::try_parse() {
        Ok(cli) => cli,
        // Logs of sessions and of builds keep what a terminal shows.
        Err(error) if PlainKey::may_be_in(&error.to_string()) => return stop(&KEY_GIVEN, 2),
        Err(error) => error.exit(),
    };
    let settings = match Settings::read(&flags, &environment) {
        Ok(settings) => settings,
        Err(error) => return stop(&error, 2),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return stop(&error, 1),
    };
    let done = runtime.block_on(async {
        match asked.unwrap_or(Command::Serve) {
            Command::Serve => serve::serve(settings).await,
            Command::Admin(command) => admin::run(command, settings).await,
            Command::Doctor => command::doctor::run(settings).await,
            Command::Backup { file } => command::backup::run(&file, settings).await,
            Command::Restore { file } => command::restore::run(&file, settings).await,
            Command::Move { file } => command::transfer::run(&file, settings).await,
            Command::Key(command) => key_command::run(command, settings).await,
        }
    });
    // A thread that is still blocked, for example by a name look-up without an answer, is not
    // awaited.
    runtime.shutdown_timeout(Duration::from_millis(100));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => stop(&format_args!("{error:#}"), 1),
    }
}

fn stop(line: &dyn std::fmt::Display, code: u8) -> ExitCode {
    let line = line.to_string().replace(['\r', '\n'], " ");
    eprintln!("voxum: {line}");
    ExitCode::from(code)
}
