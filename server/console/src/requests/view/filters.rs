//! The filters of the list.

use app::components::{CLEAR_FILTERS, filters};
use app::prelude::*;
use domain::RefusalList;

pub fn list_filters(list: &RefusalList) -> AnyView {
    let clear = list
        .matches
        .is_some()
        .then_some(("/requests", CLEAR_FILTERS));
    filters(list.filters.clone(), clear)
}
