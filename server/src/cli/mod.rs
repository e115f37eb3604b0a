//! The command line: what `voxum --help` says is written here.

mod ceilings;
#[cfg(test)]
mod reference;

pub use ceilings::CeilingFlags;

use clap::{Args, Parser, Subcommand};
use domain::RevokeReason;
use std::path::PathBuf;

/// The settings that have no flag, since command lines show in process lists and shell histories.
const SECRETS: &str = "\
Secrets are set by the environment alone:
  VOXUM_DATABASE_URL    Where the data is: sqlite:PATH, or for several machines
                        postgres://USER:PASSWORD@HOST/DATABASE
                        [default: sqlite:./data/voxum.db]
  VOXUM_PEPPER          64 hexadecimal digits that API keys are hashed with
                        [default: the file `pepper` beside the database,
                        made on the first start; has to be given with
                        PostgreSQL, the same to every machine]
  VOXUM_PEPPER_OLD      The pepper before it, while API keys are re-hashed
  VOXUM_ADMIN_PASSWORD  The first owner's password, with VOXUM_ADMIN_EMAIL
  VOXUM_SMTP_URL        The mail server that tells owners and admins of keys
                        that end, such as smtps://USER:PASSWORD@HOST or
                        smtp://HOST:587?tls=required; with VOXUM_SMTP_FROM

Each has a second form that names a file with the value in it:
  VOXUM_DATABASE_URL_FILE, VOXUM_PEPPER_FILE, VOXUM_PEPPER_OLD_FILE,
  VOXUM_ADMIN_PASSWORD_FILE, VOXUM_SMTP_URL_FILE

For development:
  LEPTOS_SITE_ROOT      Serve the site's files from this folder instead of
                        those in the binary

Any other variable that begins with VOXUM_ is an error.";

/// Hands out API keys, shows who uses them, and takes them back.
#[derive(Debug, Parser)]
#[command(name = "voxum", version, about, long_about = None, after_help = SECRETS)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Settings that may be seen: by flag or by environment. They are texts here and read by [`crate::settings`], so that
/// a bad one is told of in one line, wherever it came from.
#[derive(Debug, Args)]
pub struct Flags {
    /// Where to listen; port 0 takes a free one
    #[arg(
        long,
        global = true,
        env = "VOXUM_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000"
    )]
    pub listen: String,
    /// Where Prometheus reads figures, at /metrics and without a key: keep it to yourselves [default: nowhere]
    #[arg(
        long,
        global = true,
        env = "VOXUM_METRICS_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    pub metrics_listen: Option<String>,
    /// Where people and integrations reach the console [default: http:// and the listening address]
    #[arg(
        long,
        global = true,
        env = "VOXUM_PUBLIC_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub public_url: Option<String>,
    /// Proxies whose X-Forwarded-For header is believed, as addresses and networks [default: none]
    #[arg(
        long,
        global = true,
        env = "VOXUM_TRUSTED_PROXIES",
        hide_env_values = true,
        value_name = "LIST"
    )]
    pub trusted_proxies: Option<String>,
    /// The certificate, in PEM with those it is signed by, to serve https with, and `VOXUM_TLS_KEY` beside it [default:
    /// http]
    #[arg(
        long,
        global = true,
        env = "VOXUM_TLS_CERT",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub tls_cert: Option<String>,
    /// The file with the certificate's private key, in PEM
    #[arg(
        long,
        global = true,
        env = "VOXUM_TLS_KEY",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub tls_key: Option<String>,
    /// Connections at once. When there are so many, the next one takes the place of one that is idle or whose client
    /// does not send its request or take its answer; the address with the most connections loses first
    #[arg(
        long,
        global = true,
        env = "VOXUM_MAX_CONNECTIONS",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "10000"
    )]
    pub max_connections: String,
    #[command(flatten)]
    pub ceilings: CeilingFlags,
    /// Seconds between SIGTERM and the closing of the listener, in which /readyz answers 503 and requests are still
    /// taken: as long as your load balancer needs to notice
    #[arg(
        long,
        global = true,
        env = "VOXUM_SHUTDOWN_DELAY",
        hide_env_values = true,
        value_name = "SECONDS",
        default_value = "0"
    )]
    pub shutdown_delay: String,
    /// Memory in MiB that bodies above 64 KiB share, each counted twice: while it is taken, large ones are answered with 503
    #[arg(
        long,
        global = true,
        env = "VOXUM_BODY_MEMORY",
        hide_env_values = true,
        value_name = "MIB",
        default_value = "256"
    )]
    pub body_memory: String,
    /// Feeds of the inventory that are read at once, each on a processor; others wait
    #[arg(
        long,
        global = true,
        env = "VOXUM_FEEDS_AT_ONCE",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "2"
    )]
    pub feeds_at_once: String,
    /// Creates the first owner on an empty database, with `VOXUM_ADMIN_PASSWORD`
    #[arg(
        long,
        global = true,
        env = "VOXUM_ADMIN_EMAIL",
        hide_env_values = true,
        value_name = "EMAIL"
    )]
    pub admin_email: Option<String>,
    /// The sender of mail, with `VOXUM_SMTP_URL`, such as voxum@example.com
    #[arg(
        long,
        global = true,
        env = "VOXUM_SMTP_FROM",
        hide_env_values = true,
        value_name = "EMAIL"
    )]
    pub smtp_from: Option<String>,
    /// Whether to upgrade a PostgreSQL database while nodes of the release before are running on it: refuse, or allow
    #[arg(
        long,
        global = true,
        env = "VOXUM_ROLLING_UPGRADE",
        hide_env_values = true,
        value_name = "CHOICE",
        default_value = "refuse"
    )]
    pub rolling_upgrade: String,
    /// What goes to the log on standard error: error, warn, info, debug, trace, or directives such as server=debug
    #[arg(
        long,
        global = true,
        env = "VOXUM_LOG",
        hide_env_values = true,
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
    /// How the log is written: text, or json with an object a line
    #[arg(
        long,
        global = true,
        env = "VOXUM_LOG_FORMAT",
        hide_env_values = true,
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub log_format: String,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the console and the HTTP API (what `voxum` alone does, too)
    #[command(after_help = SECRETS)]
    Serve,
    /// Make one-time links on this machine, for whoever may read its terminal
    #[command(subcommand)]
    Admin(Admin),
    /// Say what is well with this installation, what is worth a look and what is wrong, and change nothing
    Doctor,
    /// Write everything into one new file, while the server runs. The pepper is not in it
    Backup {
        /// The new file; an SQLite database, whichever database the data is in
        file: PathBuf,
    },
    /// Fill an empty place with a backup. Every API key is then paused until somebody confirms it
    Restore {
        /// What `voxum backup` wrote
        file: PathBuf,
    },
    /// Move an SQLite database into the empty PostgreSQL database that the settings name
    Move {
        /// The SQLite database that the server used so far, such as data/voxum.db
        file: PathBuf,
    },
    /// List API keys, revoke, pause and resume them, and say which one was found
    #[command(subcommand)]
    Key(Key),
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Say which key it is that comes on standard input, whole
    Identify,
    /// List the keys of all accounts that are not at their end
    List {
        /// Also those that were revoked or have expired
        #[arg(long)]
        all: bool,
    },
    /// Revoke keys for good; a running server refuses them once this is done
    Revoke {
        /// Each key's id, or its preview such as `vx_abc123`, and never the key itself
        #[arg(required = true, value_name = "ID")]
        keys: Vec<String>,
        /// Why, for the audit log: leaked, replaced, unused or other
        #[arg(long, value_name = "REASON", default_value = "other", value_parser = reason)]
        reason: RevokeReason,
    },
    /// Have a key refused until it is resumed
    Pause {
        /// The key's id or its preview
        #[arg(value_name = "ID")]
        key: String,
    },
    /// Have a paused key accepted again
    Resume {
        /// The key's id or its preview
        #[arg(value_name = "ID")]
        key: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Print a fresh link to set up the first owner, and end the older ones
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
        let all = RevokeReason::ALL.map(RevokeReason::as_str);
        format!("it is one of {}", all.join(", "))
    })
}
