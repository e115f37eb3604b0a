//! Export of items to files, from the console.

use super::{Inventory, ItemFilter, ItemsPage};
use crate::error::Error;
use crate::sessions::Member;

/// Number of items in one piece of a file.
const BATCH_SIZE: u32 = 500;

impl Inventory {
    /// Returns the next piece of a file, for a member of any role: some hundred items after the id
    /// `after`, in the order of their ids.
    ///
    /// # Errors
    /// The database's.
    pub async fn items_batch(
        &self,
        member: &Member,
        filter: &ItemFilter,
        after: Option<&str>,
    ) -> Result<ItemsPage, Error> {
        self.items_page(&member.account_id, filter, after, BATCH_SIZE)
            .await
    }
}
