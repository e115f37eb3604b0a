//! Permissions of API keys.

use crate::text::{InvalidValue, serde_by_parse};
use serde::{Deserialize, Serialize};

/// One permission of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    InventoryRead,
    InventoryWrite,
    LeadsRead,
    LeadsWrite,
}

impl Scope {
    pub const ALL: [Self; 4] = [
        Self::InventoryRead,
        Self::InventoryWrite,
        Self::LeadsRead,
        Self::LeadsWrite,
    ];

    /// Text in the API, in the database and on the check box.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InventoryRead => "inventory:read",
            Self::InventoryWrite => "inventory:write",
            Self::LeadsRead => "leads:read",
            Self::LeadsWrite => "leads:write",
        }
    }

    /// Description of the permission for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::InventoryRead => "View inventory items",
            Self::InventoryWrite => "Add, edit and delete items",
            Self::LeadsRead => "View leads and contact details",
            Self::LeadsWrite => "Add and update leads, and erase them permanently",
        }
    }

    /// Parses the text that [`Scope::as_str`] returns.
    ///
    /// # Errors
    /// The text does not name a scope.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == raw)
            .ok_or(InvalidValue("Select permissions from the list."))
    }
}

serde_by_parse!(Scope);

/// The permissions of one key, without duplicates, in the order of [`Scope::ALL`].
///
/// An empty set permits nothing.
///
/// # Examples
/// ```
/// use domain::{Scope, ScopeSet};
/// let set = ScopeSet::parse("leads:read inventory:read").unwrap();
/// assert_eq!(set.to_string(), "inventory:read leads:read");
/// assert!(set.contains(Scope::LeadsRead));
/// assert!(!set.contains(Scope::LeadsWrite));
/// assert!(ScopeSet::parse("inventory:read admin").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct ScopeSet(Vec<Scope>);

impl ScopeSet {
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    /// Parses the format that [`ToString`] writes: scopes separated by spaces.
    ///
    /// # Errors
    /// One of the scopes is unknown.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        raw.split_whitespace()
            .map(Scope::parse)
            .collect::<Result<Vec<_>, _>>()
            .map(Self::from)
    }
}

impl std::fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&texts.join(" "))
    }
}

impl From<Vec<Scope>> for ScopeSet {
    // Without a sort, which would be 5 KB of the browser's module.
    fn from(scopes: Vec<Scope>) -> Self {
        let in_order = Scope::ALL.into_iter();
        Self(in_order.filter(|scope| scopes.contains(scope)).collect())
    }
}

impl From<ScopeSet> for Vec<Scope> {
    fn from(set: ScopeSet) -> Self {
        set.0
    }
}

/// A set of permissions that fits a common kind of integration.
///
/// # Examples
/// ```
/// use domain::Preset;
/// let preset = Preset::parse("crm").unwrap();
/// assert_eq!(preset.scopes().to_string(), "leads:read leads:write");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    Inventory,
    Crm,
    ReadOnly,
}

impl Preset {
    pub const ALL: [Self; 3] = [Self::Inventory, Self::Crm, Self::ReadOnly];

    /// Value in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Crm => "crm",
            Self::ReadOnly => "read-only",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Inventory => "Inventory integration",
            Self::Crm => "CRM sync",
            Self::ReadOnly => "Read only",
        }
    }

    pub fn scopes(self) -> ScopeSet {
        ScopeSet::from(match self {
            Self::Inventory => vec![Scope::InventoryRead, Scope::InventoryWrite],
            Self::Crm => vec![Scope::LeadsRead, Scope::LeadsWrite],
            Self::ReadOnly => vec![Scope::InventoryRead, Scope::LeadsRead],
        })
    }

    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_set_contains_each_scope_once_in_a_fixed_order() {
        let set = ScopeSet::from(vec![
            Scope::LeadsWrite,
            Scope::InventoryRead,
            Scope::LeadsWrite,
        ]);
        assert_eq!(set.to_string(), "inventory:read leads:write");
        assert_eq!(ScopeSet::parse(&set.to_string()), Ok(set));
    }

    #[test]
    fn empty_scope_set_permits_nothing() {
        assert!(
            Scope::ALL
                .into_iter()
                .all(|scope| !ScopeSet::default().contains(scope))
        );
    }

    #[test]
    fn unknown_scope_is_rejected() {
        assert!(ScopeSet::parse("inventory:read admin").is_err());
    }
}
