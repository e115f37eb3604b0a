//! Limits on the disk space and on the data of each account.

use super::{SettingsError, invalid};
use clap::Args;
use domain::RateLimit;
use service::store::Quotas;

const MEBIBYTE: u64 = 1_024 * 1_024;
/// One million GiB, which is more than any disk has.
const MAX_MEBIBYTES: u64 = 1_024 * 1_000_000;
/// More rows than any supported database has.
const MAX_COUNT: u64 = 1_000_000_000_000;

// Flags of these limits.
#[derive(Debug, Args)]
pub struct ResourceLimitFlags {
    /// Free disk space in MiB below which feeds and leads are rejected, so that keys can still be
    /// revoked; for SQLite [default: 256, or 5 % of a disk of less than 5 GiB]
    #[arg(
        long,
        global = true,
        env = "VOXUM_DISK_RESERVE",
        hide_env_values = true,
        value_name = "MIB"
    )]
    pub disk_reserve: Option<String>,
    /// Items that an account may have
    #[arg(
        long,
        global = true,
        env = "VOXUM_ACCOUNT_ITEMS",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "2000000"
    )]
    pub account_items: String,
    /// MiB of text that an account's items may contain
    #[arg(
        long,
        global = true,
        env = "VOXUM_ACCOUNT_ITEM_MIB",
        hide_env_values = true,
        value_name = "MIB",
        default_value = "4096"
    )]
    pub account_item_mib: String,
    /// Leads that an account may have, not counting erased ones
    #[arg(
        long,
        global = true,
        env = "VOXUM_ACCOUNT_LEADS",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "1000000"
    )]
    pub account_leads: String,
    /// API keys that an account may have, not counting revoked and expired ones
    #[arg(
        long,
        global = true,
        env = "VOXUM_ACCOUNT_KEYS",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "200000"
    )]
    pub account_keys: String,
    /// Active members and open invitations that an account may have
    #[arg(
        long,
        global = true,
        env = "VOXUM_ACCOUNT_MEMBERS",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "1000"
    )]
    pub account_members: String,
    /// Requests per second of all keys of an account together, on each node, which is also the
    /// burst size; 0 means no limit
    #[arg(
        long,
        global = true,
        env = "VOXUM_ACCOUNT_CALLS",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "10000"
    )]
    pub account_calls: String,
}

/// Limits that the operator has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceLimits {
    /// Bytes of disk space that feeds and leads leave free, or `None` for the default.
    pub disk_reserve: Option<u64>,
    /// Quotas of each account.
    pub quotas: Quotas,
    /// Requests per second of all keys of an account together, on this node; 0 means no limit.
    pub account_calls: u32,
}

impl ResourceLimits {
    pub(super) fn read(flags: &ResourceLimitFlags) -> Result<Self, SettingsError> {
        Ok(Self {
            disk_reserve: disk_reserve(flags)?,
            quotas: quotas(flags)?,
            account_calls: account_calls(flags)?,
        })
    }
}

fn disk_reserve(flags: &ResourceLimitFlags) -> Result<Option<u64>, SettingsError> {
    let read = |text: &str| {
        let mebibytes: Option<u64> = text.parse().ok();
        let fits = mebibytes.filter(|number| *number <= MAX_MEBIBYTES);
        fits.map(|number| number * MEBIBYTE).ok_or_else(|| {
            invalid(
                "VOXUM_DISK_RESERVE (--disk-reserve)",
                text,
                "a number of MiB, such as 256, or 0 for no reserve",
            )
        })
    };
    flags.disk_reserve.as_deref().map(read).transpose()
}

fn quotas(flags: &ResourceLimitFlags) -> Result<Quotas, SettingsError> {
    let read = |name: &str, text: &str, max: u64| {
        let number: Option<u64> = text.parse().ok();
        number
            .filter(|number| (1..=max).contains(number))
            .ok_or_else(|| invalid(name, text, &format!("a number from 1 to {max}")))
    };
    let count = |name, text| read(name, text, MAX_COUNT).map(Some);
    let mebibytes = read(
        "VOXUM_ACCOUNT_ITEM_MIB (--account-item-mib)",
        &flags.account_item_mib,
        MAX_MEBIBYTES,
    )?;
    Ok(Quotas {
        items: count(
            "VOXUM_ACCOUNT_ITEMS (--account-items)",
            &flags.account_items,
        )?,
        item_bytes: Some(mebibytes * MEBIBYTE),
        leads: count(
            "VOXUM_ACCOUNT_LEADS (--account-leads)",
            &flags.account_leads,
        )?,
        keys: count("VOXUM_ACCOUNT_KEYS (--account-keys)", &flags.account_keys)?,
        members: count(
            "VOXUM_ACCOUNT_MEMBERS (--account-members)",
            &flags.account_members,
        )?,
    })
}

fn account_calls(flags: &ResourceLimitFlags) -> Result<u32, SettingsError> {
    let calls: Option<u32> = flags.account_calls.parse().ok();
    calls
        .filter(|calls| *calls <= RateLimit::MAX_PER_SECOND)
        .ok_or_else(|| {
            invalid(
                "VOXUM_ACCOUNT_CALLS (--account-calls)",
                &flags.account_calls,
                "a number from 0 (no limit) to 10000",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        flags: ResourceLimitFlags,
    }

    fn flags(arguments: &[&str]) -> ResourceLimitFlags {
        let words = ["voxum"].iter().chain(arguments);
        CommandLine::try_parse_from(words).unwrap().flags
    }

    #[test]
    fn disk_reserve_is_read_in_mib() {
        let read = |arguments: &[&str]| disk_reserve(&flags(arguments));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["--disk-reserve=0"]), Ok(Some(0)));
        assert_eq!(read(&["--disk-reserve=64"]), Ok(Some(64 << 20)));
        for invalid in ["", "-1", "64M", "5%", "99999999999"] {
            let line = read(&[&format!("--disk-reserve={invalid}")]).unwrap_err().0;
            assert!(line.contains("VOXUM_DISK_RESERVE"), "{line}");
        }
    }

    #[test]
    fn quotas_have_defaults_and_invalid_numbers_are_rejected() {
        let defaults = Quotas {
            items: Some(2_000_000),
            item_bytes: Some(4 << 30),
            leads: Some(1_000_000),
            keys: Some(200_000),
            members: Some(1_000),
        };
        assert_eq!(quotas(&flags(&[])), Ok(defaults));
        assert_eq!(account_calls(&flags(&[])), Ok(10_000));
        assert_eq!(account_calls(&flags(&["--account-calls=0"])), Ok(0));
        for flag in ["items", "item-mib", "leads", "keys", "members"] {
            for invalid in ["0", "-1", "many", "9999999999999"] {
                let flags = flags(&[&format!("--account-{flag}={invalid}")]);
                let line = quotas(&flags).unwrap_err().0;
                assert!(line.contains(&format!("--account-{flag}")), "{line}");
            }
        }
        let line = account_calls(&flags(&["--account-calls=10001"]));
        assert!(line.unwrap_err().0.contains("VOXUM_ACCOUNT_CALLS"));
    }
}
