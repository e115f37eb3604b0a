//! Definition of the commands. `voxum --help` comes from these texts, and from those of the flags
//! in [`crate::settings`].

use crate::settings::Flags;
use clap::{Parser, Subcommand};
use domain::RevokeReason;
use std::path::PathBuf;

/// Description of the settings that have no flag, since command lines show in process lists and
/// shell histories.
pub(super) const SECRETS: &str = "\
Secrets can only be set in the environment:
  VOXUM_DATABASE_URL    Database: sqlite:PATH, or for several machines
                        postgres://USER:PASSWORD@HOST/DATABASE
                        [default: sqlite:./data/voxum.db]
  VOXUM_PEPPER          Pepper for the hashes of API keys, 64 hexadecimal
                        digits; required with PostgreSQL, the same on every
                        machine [default: the file `pepper` beside the
                        database, which the first start creates]
  VOXUM_PEPPER_OLD      Previous pepper, while API keys are re-hashed
  VOXUM_ADMIN_PASSWORD  Password of the first owner, with VOXUM_ADMIN_EMAIL
  VOXUM_SMTP_URL        Mail server for notices to owners and admins that keys
                        expire, such as smtps://USER:PASSWORD@HOST or
                        smtp://HOST:587?tls=required; with VOXUM_SMTP_FROM

Each has a second form that names a file with the value in it:
  VOXUM_DATABASE_URL_FILE, VOXUM_PEPPER_FILE, VOXUM_PEPPER_OLD_FILE,
  VOXUM_ADMIN_PASSWORD_FILE, VOXUM_SMTP_URL_FILE

For development:
  LEPTOS_SITE_ROOT      Serve the site's files from this folder instead of
                        those in the binary

Any other variable that begins with VOXUM_ is an error.";

/// Creates API keys, shows how they are used, and revokes them.
#[derive(Debug, Parser)]
#[command(name = "voxum", version, about, long_about = None, after_help = SECRETS)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the console and the HTTP API, as `voxum` alone does
    #[command(after_help = SECRETS)]
    Serve,
    /// Print one-time links
    #[command(subcommand)]
    Admin(Admin),
    /// Check this installation and report what is wrong, without changing anything
    Doctor,
    /// Back up everything to one new file, while the server runs. The pepper is not included
    Backup {
        /// New file, which becomes an SQLite database whichever database the server uses
        file: PathBuf,
    },
    /// Restore a backup into an empty database. Every API key is then paused until an admin
    /// confirms it
    Restore {
        /// File that `voxum backup` wrote
        file: PathBuf,
    },
    /// Move an SQLite database into the empty PostgreSQL database that the settings name
    Move {
        /// The SQLite database that the server used so far, such as data/voxum.db
        file: PathBuf,
    },
    /// List, revoke, pause, resume and identify API keys
    #[command(subcommand)]
    Key(Key),
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Read a full key from standard input and print which one it is
    Identify,
    /// List the keys of all accounts that are neither revoked nor expired
    List {
        /// Include revoked and expired keys
        #[arg(long)]
        all: bool,
    },
    /// Revoke keys for good; a running server rejects them once this is done
    Revoke {
        /// ID of each key, or its preview such as `vx_abc123`; never the key itself
        #[arg(required = true, value_name = "ID")]
        keys: Vec<String>,
        /// Reason for the audit log: leaked, replaced, unused or other
        #[arg(long, value_name = "REASON", default_value = "other", value_parser = reason)]
        reason: RevokeReason,
    },
    /// Pause a key: its requests are rejected until it is resumed
    Pause {
        /// The key's ID or its preview
        #[arg(value_name = "ID")]
        key: String,
    },
    /// Resume a paused key
    Resume {
        /// The key's ID or its preview
        #[arg(value_name = "ID")]
        key: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Print a new link to set up the first owner, which replaces the older ones
    SetupLink,
    /// Print a link to set up a further account and its owner
    CreateAccount {
        /// The account's name, such as the customer's
        name: String,
    },
    /// Print a link with which a member sets a new password
    Reset {
        /// The member's address
        email: String,
        /// The member's account, if the address has members in several
        #[arg(long, value_name = "ID")]
        account: Option<String>,
    },
}

fn reason(raw: &str) -> Result<RevokeReason, String> {
    RevokeReason::parse(raw).map_err(|_| {
        let names = RevokeReason::ALL.map(RevokeReason::as_str);
        format!("use one of {}", names.join(", "))
    })
}
