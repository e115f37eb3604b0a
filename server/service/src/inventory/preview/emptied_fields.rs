//! Stored fields that a feed would empty because it does not have them.

use super::changes::changed_fields;
use crate::item::Item;
use std::collections::BTreeSet;

/// Maximum number of fields that are named.
const MAX_NAMED: usize = 20;

/// Stored fields that become empty, or available again, because the feed does not have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmptiedFields {
    /// The first 20 of their names, such as `category` or `attributes.color`.
    pub fields: BTreeSet<String>,
    /// Number of items in which at least one of them changes.
    pub items: u64,
}

impl EmptiedFields {
    /// Adds the fields of one item. The feed has the fields in `present`.
    pub(super) fn add(&mut self, stored: &Item, item: &Item, present: &BTreeSet<String>) {
        if stored == item {
            return;
        }
        let changes = changed_fields(stored, item);
        let mut emptied = changes
            .into_iter()
            .filter(|field| field.after.is_none() || field.name == "available")
            .map(|field| field.name)
            .filter(|name| !present.contains(name))
            .peekable();
        self.items += u64::from(emptied.peek().is_some());
        for name in emptied {
            if self.fields.len() < MAX_NAMED {
                self.fields.insert(name);
            }
        }
    }
}
