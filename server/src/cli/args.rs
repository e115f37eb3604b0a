//! Definition of the command line. `voxum --help` and the tables of `docs/src/configuration.md`
//! come from these texts.

use super::ResourceLimitFlags;
use clap::{Args, Parser, Subcommand};
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

/// Settings that are not secret, by flag or by environment. They are texts here and parsed by
/// [`crate::settings`], so that an invalid one is reported in one line, wherever it came from.
#[derive(Debug, Args)]
pub struct Flags {
    /// Address and port to listen on; port 0 picks a free one
    #[arg(
        long,
        global = true,
        env = "VOXUM_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000"
    )]
    pub listen: String,
    /// Address of /metrics for Prometheus, which needs no key: do not expose it [default: no
    /// metrics]
    #[arg(
        long,
        global = true,
        env = "VOXUM_METRICS_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    pub metrics_listen: Option<String>,
    /// Address at which browsers and integrations reach the server [default: http:// and the
    /// listening address]
    #[arg(
        long,
        global = true,
        env = "VOXUM_PUBLIC_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub public_url: Option<String>,
    /// Proxies whose X-Forwarded-For header is trusted, as addresses and networks [default: none]
    #[arg(
        long,
        global = true,
        env = "VOXUM_TRUSTED_PROXIES",
        hide_env_values = true,
        value_name = "LIST"
    )]
    pub trusted_proxies: Option<String>,
    /// Certificate in PEM with its intermediate certificates, to serve HTTPS; with `VOXUM_TLS_KEY`
    /// [default: HTTP]
    #[arg(
        long,
        global = true,
        env = "VOXUM_TLS_CERT",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub tls_cert: Option<String>,
    /// Private key of the certificate, in PEM
    #[arg(
        long,
        global = true,
        env = "VOXUM_TLS_KEY",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub tls_key: Option<String>,
    /// Maximum number of open connections. Beyond it, a new one replaces one that is idle or whose
    /// client does not send its request or read the response, first of the address with the most
    /// connections
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
    pub resource_limits: ResourceLimitFlags,
    /// Seconds between SIGTERM and the closing of the listener, during which /readyz answers 503
    /// and requests are still accepted: as long as your load balancer needs to notice
    #[arg(
        long,
        global = true,
        env = "VOXUM_SHUTDOWN_DELAY",
        hide_env_values = true,
        value_name = "SECONDS",
        default_value = "0"
    )]
    pub shutdown_delay: String,
    /// Memory in MiB that bodies above 64 KiB share, each counted twice; while it is used up, large
    /// bodies get 503
    #[arg(
        long,
        global = true,
        env = "VOXUM_BODY_MEMORY",
        hide_env_values = true,
        value_name = "MIB",
        default_value = "256"
    )]
    pub body_memory: String,
    /// Inventory feeds that are parsed at the same time, each on one processor; others wait
    #[arg(
        long,
        global = true,
        env = "VOXUM_FEEDS_AT_ONCE",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "2"
    )]
    pub feeds_at_once: String,
    /// E-mail address of the first owner, to create on an empty database; with
    /// `VOXUM_ADMIN_PASSWORD`
    #[arg(
        long,
        global = true,
        env = "VOXUM_ADMIN_EMAIL",
        hide_env_values = true,
        value_name = "EMAIL"
    )]
    pub admin_email: Option<String>,
    /// Sender of mail, such as voxum@example.com; with `VOXUM_SMTP_URL`
    #[arg(
        long,
        global = true,
        env = "VOXUM_SMTP_FROM",
        hide_env_values = true,
        value_name = "EMAIL"
    )]
    pub smtp_from: Option<String>,
    /// Whether to upgrade a PostgreSQL database while nodes of the release before are running on
    /// it: refuse, or allow
    #[arg(
        long,
        global = true,
        env = "VOXUM_ROLLING_UPGRADE",
        hide_env_values = true,
        value_name = "CHOICE",
        default_value = "refuse"
    )]
    pub rolling_upgrade: String,
    /// Level of the log on standard error: error, warn, info, debug, trace, or directives such as
    /// server=debug
    #[arg(
        long,
        global = true,
        env = "VOXUM_LOG",
        hide_env_values = true,
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
    /// Format of the log: text, or json with an object in each line
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
    /// Read a whole key from standard input and print which one it is
    Identify,
    /// List the keys of all accounts that are neither revoked nor expired
    List {
        /// Include revoked and expired keys
        #[arg(long)]
        all: bool,
    },
    /// Revoke keys for good; a running server refuses them once this is done
    Revoke {
        /// ID of each key, or its preview such as `vx_abc123`; never the key itself
        #[arg(required = true, value_name = "ID")]
        keys: Vec<String>,
        /// Reason for the audit log: leaked, replaced, unused or other
        #[arg(long, value_name = "REASON", default_value = "other", value_parser = reason)]
        reason: RevokeReason,
    },
    /// Refuse a key until it is resumed
    Pause {
        /// The key's id or its preview
        #[arg(value_name = "ID")]
        key: String,
    },
    /// Accept a paused key again
    Resume {
        /// The key's id or its preview
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
