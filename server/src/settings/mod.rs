//! Settings of the operator, read once at the start: [`Flags`] defines them, and [`Settings`]
//! parses them. An invalid one ends the start with one line.

mod bodies;
mod database;
mod environment;
mod flags;
mod mail;
mod resource_limits;

pub use database::Database;
pub use environment::Environment;
pub use flags::Flags;
pub use resource_limits::ResourceLimits;
pub use web::{BodyLimits, PublicUrl, TrustedProxies};

use crate::mail::Smtp;
use domain::Email;
use service::{Password, Pepper};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use storage::OpenMode;
use tracing_subscriber::filter::{LevelFilter, Targets};
use web::telemetry::LogFormat;
use web::words::invalid_field;
use zeroize::Zeroizing;

/// Names of the variables without a flag.
const DATABASE_URL: &str = "VOXUM_DATABASE_URL";
const PEPPER: &str = "VOXUM_PEPPER";
const PEPPER_OLD: &str = "VOXUM_PEPPER_OLD";
const ADMIN_PASSWORD: &str = "VOXUM_ADMIN_PASSWORD";
const SMTP_URL: &str = "VOXUM_SMTP_URL";
/// Secrets, each with its `_FILE` form.
pub(super) const SECRETS: [&str; 5] = [DATABASE_URL, PEPPER, PEPPER_OLD, ADMIN_PASSWORD, SMTP_URL];
/// Variables of the flags.
pub(super) const PUBLIC_VARIABLES: [&str; 22] = [
    "VOXUM_LISTEN",
    "VOXUM_METRICS_LISTEN",
    "VOXUM_PUBLIC_URL",
    "VOXUM_TRUSTED_PROXIES",
    "VOXUM_TLS_CERT",
    "VOXUM_TLS_KEY",
    "VOXUM_MAX_CONNECTIONS",
    "VOXUM_DISK_RESERVE",
    "VOXUM_ACCOUNT_ITEMS",
    "VOXUM_ACCOUNT_ITEM_MIB",
    "VOXUM_ACCOUNT_LEADS",
    "VOXUM_ACCOUNT_KEYS",
    "VOXUM_ACCOUNT_MEMBERS",
    "VOXUM_ACCOUNT_CALLS",
    "VOXUM_SHUTDOWN_DELAY",
    "VOXUM_BODY_MEMORY",
    "VOXUM_FEEDS_AT_ONCE",
    "VOXUM_ADMIN_EMAIL",
    "VOXUM_SMTP_FROM",
    "VOXUM_ROLLING_UPGRADE",
    "VOXUM_LOG",
    "VOXUM_LOG_FORMAT",
];

/// More connections than any system has ports for.
const MAX_CONNECTIONS: usize = 1_000_000;
/// One hour. A longer delay is probably a mistake in the unit.
const MAX_DELAY_SECONDS: u64 = 3_600;

/// Error for a setting that cannot be used. The text names it and never quotes a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub String);

/// The settings, after validation.
#[derive(Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    /// Address at which Prometheus reads the metrics, if any.
    pub metrics_listen: Option<SocketAddr>,
    /// Public URL, or `None` to derive it from the listening address.
    pub public_url: Option<PublicUrl>,
    pub trusted_proxies: TrustedProxies,
    /// Files of the certificate and its key, if the server serves HTTPS itself.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Concurrent connections.
    pub max_connections: usize,
    pub resource_limits: ResourceLimits,
    /// Time for which the listener stays open after the signal to stop.
    pub shutdown_delay: Duration,
    /// Limits of large bodies.
    pub bodies: BodyLimits,
    pub database: Database,
    pub peppers: ConfiguredPeppers,
    /// First owner of an empty database.
    pub owner: Option<(Email, Password)>,
    /// Server and sender of mails, if notices are sent by mail.
    pub mail: Option<Smtp>,
    /// Mode in which the server opens its database.
    pub open_mode: OpenMode,
    pub log: Targets,
    pub log_format: LogFormat,
}

/// Peppers from the environment.
#[derive(Debug, Default)]
pub struct ConfiguredPeppers {
    /// Current pepper, or `None` for the file beside an SQLite database.
    pub current: Option<Pepper>,
    /// Previous pepper, while keys still need it.
    pub old: Option<Pepper>,
}

impl Settings {
    /// Reads all settings, after [`Environment::check`].
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn read(flags: &Flags, environment: &Environment) -> Result<Self, SettingsError> {
        let listen = flags.listen.parse().map_err(|_| {
            invalid(
                "VOXUM_LISTEN (--listen)",
                &flags.listen,
                "an IP address and a port, such as 127.0.0.1:3000",
            )
        })?;
        let metrics_listen = flags.metrics_listen.as_deref().map(|address| {
            let expected = "an IP address and a port, such as 127.0.0.1:9464";
            let invalid_address =
                |_| invalid("VOXUM_METRICS_LISTEN (--metrics-listen)", address, expected);
            address.parse().map_err(invalid_address)
        });
        let public_url = flags.public_url.as_deref().map(|url| {
            let expected = "an address without a path, such as https://console.example.com";
            PublicUrl::parse(url)
                .ok_or_else(|| invalid("VOXUM_PUBLIC_URL (--public-url)", url, expected))
        });
        let proxies = flags.trusted_proxies.as_deref().map(|list| {
            let expected = "a list of addresses and networks, such as 127.0.0.1,10.0.0.0/8";
            TrustedProxies::parse(list)
                .ok_or_else(|| invalid("VOXUM_TRUSTED_PROXIES (--trusted-proxies)", list, expected))
        });
        let log = filter(&flags.log).ok_or_else(|| {
            invalid(
                "VOXUM_LOG (--log)",
                &flags.log,
                "a filter such as info or server=debug",
            )
        })?;
        let url = environment.secret(DATABASE_URL)?;
        Ok(Self {
            listen,
            metrics_listen: metrics_listen.transpose()?,
            public_url: public_url.transpose()?,
            trusted_proxies: proxies.transpose()?.unwrap_or_default(),
            tls: tls(flags.tls_cert.as_deref(), flags.tls_key.as_deref())?,
            max_connections: flags
                .max_connections
                .parse()
                .ok()
                .filter(|max| (1..=MAX_CONNECTIONS).contains(max))
                .ok_or_else(|| {
                    invalid(
                        "VOXUM_MAX_CONNECTIONS (--max-connections)",
                        &flags.max_connections,
                        "a number from 1 to 1000000",
                    )
                })?,
            resource_limits: ResourceLimits::read(&flags.resource_limits)?,
            shutdown_delay: shutdown_delay(&flags.shutdown_delay)?,
            bodies: bodies::read(&flags.body_memory, &flags.feeds_at_once)?,
            database: Database::parse(url.as_ref().map_or(database::DEFAULT, |url| url))?,
            peppers: ConfiguredPeppers {
                current: pepper(environment, PEPPER)?,
                old: pepper(environment, PEPPER_OLD)?,
            },
            owner: owner(
                flags.admin_email.as_deref(),
                environment.secret(ADMIN_PASSWORD)?,
            )?,
            mail: mail::read(flags.smtp_from.as_deref(), environment.secret(SMTP_URL)?)?,
            open_mode: match flags.rolling_upgrade.as_str() {
                "refuse" => OpenMode::CreateIfNew,
                "allow" => OpenMode::RollingUpgrade,
                other => {
                    let name = "VOXUM_ROLLING_UPGRADE (--rolling-upgrade)";
                    return Err(invalid(name, other, "refuse or allow"));
                }
            },
            log,
            log_format: LogFormat::parse(&flags.log_format).ok_or_else(|| {
                invalid(
                    "VOXUM_LOG_FORMAT (--log-format)",
                    &flags.log_format,
                    "text or json",
                )
            })?,
        })
    }
}

fn pepper(environment: &Environment, name: &str) -> Result<Option<Pepper>, SettingsError> {
    let pepper = environment.secret(name)?.map(|text| {
        let error = || SettingsError(format!("{name} must be 64 hexadecimal digits"));
        Pepper::parse(&text).ok_or_else(error)
    });
    pepper.transpose()
}

fn shutdown_delay(seconds: &str) -> Result<Duration, SettingsError> {
    let parsed = seconds.parse().ok();
    let parsed = parsed.filter(|delay| *delay <= MAX_DELAY_SECONDS);
    parsed.map(Duration::from_secs).ok_or_else(|| {
        invalid(
            "VOXUM_SHUTDOWN_DELAY (--shutdown-delay)",
            seconds,
            "a number of seconds from 0 to 3600",
        )
    })
}

fn tls(cert: Option<&str>, key: Option<&str>) -> Result<Option<(PathBuf, PathBuf)>, SettingsError> {
    let needs = |name: &str, other: &str| {
        SettingsError(format!(
            "{name} is set without {other}; set both or neither"
        ))
    };
    match (cert, key) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some((cert.into(), key.into()))),
        (Some(_), None) => Err(needs("VOXUM_TLS_CERT", "VOXUM_TLS_KEY")),
        (None, Some(_)) => Err(needs("VOXUM_TLS_KEY", "VOXUM_TLS_CERT")),
    }
}

fn invalid(name: &str, value: &str, expected: &str) -> SettingsError {
    SettingsError(format!("{name} must be {expected}, not {value:?}"))
}

fn owner(
    email: Option<&str>,
    password: Option<Zeroizing<String>>,
) -> Result<Option<(Email, Password)>, SettingsError> {
    const EMAIL: &str = "VOXUM_ADMIN_EMAIL";
    let error = |name: &str, reason: &str| SettingsError(format!("{name}: {reason}"));
    match (email, password) {
        (None, None) => Ok(None),
        (Some(email), Some(password)) => {
            // Read at each start: the owner may have been created before a rule for new addresses
            // was made.
            let email =
                Email::with_any_domain(email).map_err(|rejected| error(EMAIL, rejected.0))?;
            let password = Password::parse(&password)
                .map_err(|reason| error(ADMIN_PASSWORD, &invalid_field::describe(&reason)))?;
            Ok(Some((email, password)))
        }
        (Some(_), None) => Err(error(EMAIL, &format!("set {ADMIN_PASSWORD} as well"))),
        (None, Some(_)) => Err(error(ADMIN_PASSWORD, &format!("set {EMAIL} as well"))),
    }
}

/// Parses log levels, each for everything or for a target.
///
/// The library takes any other word for a target, so that a mistyped level would turn the whole log
/// off.
fn filter(text: &str) -> Option<Targets> {
    let is_directive = |part: &str| match part.split_once('=') {
        Some((target, level)) => !target.is_empty() && level.parse::<LevelFilter>().is_ok(),
        None => part.parse::<LevelFilter>().is_ok(),
    };
    if text.split(',').map(str::trim).all(is_directive) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificate_and_private_key_must_be_set_together() {
        assert_eq!(tls(None, None), Ok(None));
        let both = Some(("c.pem".into(), "k.pem".into()));
        assert_eq!(tls(Some("c.pem"), Some("k.pem")), Ok(both));
        for (cert, key) in [(Some("c.pem"), None), (None, Some("k.pem"))] {
            let line = tls(cert, key).unwrap_err().0;
            assert!(line.contains("is set without VOXUM_TLS_"), "{line}");
        }
    }

    #[test]
    fn owner_needs_both_a_valid_address_and_a_valid_password() {
        let password = || Some(Zeroizing::new("correct horse battery".to_owned()));
        assert!(
            owner(Some("ada@example.com"), password())
                .unwrap()
                .is_some()
        );
        assert!(owner(Some("ada@example.com"), None).is_err());
        assert!(owner(None, password()).is_err());
        assert!(owner(Some("ada"), password()).is_err());
        let earlier = owner(Some("admin@intranet"), password());
        assert!(earlier.unwrap().is_some(), "accepted by earlier versions");
        assert!(
            owner(
                Some("ada@example.com"),
                Some(Zeroizing::new("short".to_owned()))
            )
            .is_err()
        );
    }
}
