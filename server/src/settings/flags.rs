//! Flags of the command line. `voxum --help` and the tables of `docs/src/configuration.md` come
//! from these texts.

use super::resource_limits::ResourceLimitFlags;
use clap::Args;

/// Settings that are not secret, by flag or by environment. They are texts here and parsed by
/// [`super::Settings`], so that an invalid one is reported in one line, wherever it came from.
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
    /// Email address of the first owner, to create on an empty database; with
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
