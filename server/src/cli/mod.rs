//! The command line: a file for each command, [`args`] for their definition, and [`output`] for
//! what they print.

pub mod admin;
mod args;
mod backup;
mod doctor;
mod key;
mod r#move;
pub mod output;
mod pepper;
#[cfg(test)]
mod reference;
mod restore;
mod serve;

use crate::settings::{Environment, Settings};
use args::{Cli, Command};
use clap::Parser as _;
use output::print_error;
use service::key::PlainKey;
use std::process::ExitCode;
use std::time::Duration;

/// Replaces clap's error message, which would repeat the key.
const KEY_ON_COMMAND_LINE: &str = "that looks like a key itself, which a shell keeps in its history: rotate or revoke it by its ID, \
    which `voxum key identify < FILE` prints. Nothing was changed";

/// Runs the command that the process was started with.
///
/// An error is reported in one line on standard error. The exit code is 2 if a setting or the
/// command line has to be corrected, and 1 for any other error.
pub fn run() -> ExitCode {
    let environment = Environment::of(std::env::vars_os());
    // This check comes before the command line is parsed, since clap has its own way of reading a
    // variable that is not UTF-8.
    if let Err(error) = environment.check() {
        return fail(&error, 2);
    }
    let Cli { flags, command } = match Cli::try_parse() {
        Ok(cli) => cli,
        // Logs of sessions and of builds keep what a terminal shows.
        Err(error) if PlainKey::may_be_in(&error.to_string()) => {
            return fail(&KEY_ON_COMMAND_LINE, 2);
        }
        Err(error) => error.exit(),
    };
    let settings = match Settings::read(&flags, &environment) {
        Ok(settings) => settings,
        Err(error) => return fail(&error, 2),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, 1),
    };
    let result = runtime.block_on(execute(command.unwrap_or(Command::Serve), settings));
    // A thread that is still blocked, for example by a name look-up without an answer, is not
    // awaited.
    runtime.shutdown_timeout(Duration::from_millis(100));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format_args!("{error:#}"), 1),
    }
}

async fn execute(command: Command, settings: Settings) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::run(settings).await,
        Command::Admin(command) => admin::run(command, settings).await,
        Command::Doctor => doctor::run(settings).await,
        Command::Backup { file } => backup::run(&file, settings).await,
        Command::Restore { file } => restore::run(&file, settings).await,
        Command::Move { file } => r#move::run(&file, settings).await,
        Command::Key(command) => key::run(command, settings).await,
    }
}

fn fail(reason: &dyn std::fmt::Display, code: u8) -> ExitCode {
    print_error(reason);
    ExitCode::from(code)
}
