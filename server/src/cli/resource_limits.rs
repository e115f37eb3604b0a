//! Flags for ceilings on the disk space and on the data of each account.

use clap::Args;

#[derive(Debug, Args)]
pub struct ResourceLimitFlags {
    /// Free disk space in MiB below which feeds and leads are refused, so that keys can still be
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
    /// Calls per second of all keys of an account together, on each node, which is also the burst
    /// size; 0 means no limit
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
