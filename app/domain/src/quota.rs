//! Quotas of an account: limits on its stored data, keys and members.

use serde::{Deserialize, Serialize};

/// Kind of resource that a quota limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    Items,
    /// Size of the items' texts, in bytes of UTF-8.
    ItemBytes,
    Leads,
    /// API keys that are neither revoked nor expired.
    Keys,
    /// Active members and open invitations.
    Members,
}

impl Resource {
    /// Label on the Settings page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Items => "Items in the inventory",
            Self::ItemBytes => "Size of these items",
            Self::Leads => "Leads",
            Self::Keys => "Active and paused API keys",
            Self::Members => "Active members and open invitations",
        }
    }

    /// An amount with its unit, such as `1,000 items` or `2.5 MiB of items`.
    pub fn amount(self, number: u64) -> String {
        let (one, many) = match self {
            Self::Items => ("item", "items"),
            Self::ItemBytes => return format!("{} of items", format_size(number)),
            Self::Leads => ("lead", "leads"),
            Self::Keys => ("API key", "API keys"),
            Self::Members => ("member or invitation", "members and invitations"),
        };
        let noun = if number == 1 { one } else { many };
        format!("{} {noun}", group_thousands(number))
    }

    /// Message for a member whose change would exceed the quota.
    pub fn refusal(self, limit: u64) -> String {
        format!(
            "Your account may have at most {}, so nothing was changed. {}, or ask the operator of this server for more.",
            self.amount(limit),
            self.advice(),
        )
    }

    /// Advice on how to get below the quota.
    const fn advice(self) -> &'static str {
        match self {
            Self::Items | Self::ItemBytes => "Remove items that you no longer sell",
            Self::Leads => "Erase leads that you no longer need",
            Self::Keys => "Revoke keys that nothing uses",
            Self::Members => "Deactivate members or cancel invitations",
        }
    }
}

/// Usage of one quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaUse {
    pub resource: Resource,
    pub used: u64,
    /// `None` if the operator has set no limit.
    pub limit: Option<u64>,
}

impl QuotaUse {
    /// Usage in words, such as `12 of 1,000`.
    ///
    /// # Examples
    /// ```
    /// use domain::{QuotaUse, Resource};
    /// let usage = QuotaUse { resource: Resource::Leads, used: 12, limit: Some(1_000) };
    /// assert_eq!(usage.text(), "12 of 1,000");
    /// ```
    pub fn text(&self) -> String {
        let write = |number| match self.resource {
            Resource::ItemBytes => format_size(number),
            _ => group_thousands(number),
        };
        match self.limit {
            Some(limit) => format!("{} of {}", write(self.used), write(limit)),
            None => format!("{}, no limit", write(self.used)),
        }
    }
}

/// Writes a number with thousands separators, such as `1,204`.
pub(crate) fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Writes a size rounded down to tenths, such as `512 bytes`, `1.5 KiB` or `4 GiB`.
fn format_size(bytes: u64) -> String {
    const KIB: u64 = 1_024;
    let (unit, name) = match bytes {
        0..KIB => return format!("{bytes} bytes"),
        bytes if bytes < KIB * KIB => (KIB, "KiB"),
        bytes if bytes < KIB * KIB * KIB => (KIB * KIB, "MiB"),
        _ => (KIB * KIB * KIB, "GiB"),
    };
    let whole = group_thousands(bytes / unit);
    match bytes % unit * 10 / unit {
        0 => format!("{whole} {name}"),
        tenths => format!("{whole}.{tenths} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_formatted_for_readers() {
        assert_eq!(Resource::Items.amount(1), "1 item");
        assert_eq!(Resource::Keys.amount(1_000), "1,000 API keys");
        assert_eq!(Resource::ItemBytes.amount(1_536), "1.5 KiB of items");
        let text = |resource, used, limit| {
            QuotaUse {
                resource,
                used,
                limit,
            }
            .text()
        };
        assert_eq!(
            text(Resource::Leads, 12, Some(1_000_000)),
            "12 of 1,000,000"
        );
        assert_eq!(text(Resource::Leads, 0, None), "0, no limit");
        let limit = Some(4 << 30);
        assert_eq!(text(Resource::ItemBytes, 999, limit), "999 bytes of 4 GiB");
        let limit = Some((1 << 30) - 1);
        assert_eq!(
            text(Resource::ItemBytes, 5 << 19, limit),
            "2.5 MiB of 1,023.9 MiB"
        );
    }
}
