//! The filters of the list.

use app::components::filters;
use app::prelude::*;
use domain::RefusalList;

pub fn list_filters(list: &RefusalList) -> AnyView {
    let clear = list.is_filtered.then_some("/requests");
    filters(list.filters.clone(), clear)
}
