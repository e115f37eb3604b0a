//! Imports of every page and component: the prelude of Leptos, with a `view!` that erases types.

pub use crate::erased::{AttrSignal, DynamicView, attr_if, dynamic, erase, handler, text_signal};
pub use crate::server_html::server_html;
pub use leptos::prelude::*;

/// Like the `view!` of Leptos, but returns an [`AnyView`]. `crate::erased` explains why.
#[macro_export]
macro_rules! erased_view {
    ($($markup:tt)*) => {
        $crate::prelude::erase(::leptos::prelude::view! { $($markup)* })
    };
}

pub use erased_view as view;
