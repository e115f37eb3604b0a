//! Type-erased views and closures, which keep the WebAssembly module small.
//!
//! Every element, attribute and closure of a view has its own type, and the framework compiles each
//! operation on views once per type: building, hydrating, diffing with the next view, and hydrating
//! later. A piece of a page that is rendered once and then changes only through its signals never
//! needs the last two. [`erase`] leaves them out, and the other functions here give closures with
//! the same purpose the same type. Together they halve the size of the module.
//!
//! The `view!` of [`crate::prelude`] erases each view by itself.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod server;

#[cfg(not(feature = "ssr"))]
use self::browser::erased;
#[cfg(feature = "ssr")]
use self::server::erased;
use leptos::prelude::*;

/// Erases the type of a view, which is then replaced as a whole if it changes at all.
pub fn erase(view: impl IntoView + 'static) -> AnyView {
    erased(view).into_any()
}

/// A part of a page that is replaced when a signal changes.
pub type DynamicView = Box<dyn FnMut() -> AnyView + Send>;

/// Renders a part again whenever a signal that `render` reads changes.
pub fn dynamic(render: impl FnMut() -> AnyView + Send + 'static) -> DynamicView {
    Box::new(render)
}

/// Boxes an event handler.
pub fn handler<E: 'static>(handle: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(handle)
}

/// A signal whose value is one of a fixed set of texts.
pub type TextSignal = Signal<&'static str>;

/// Derives a signal from a choice of texts.
pub fn text_signal(choose: impl Fn() -> &'static str + Send + Sync + 'static) -> TextSignal {
    Signal::derive(choose)
}

/// A signal of an optional attribute.
pub type AttrSignal = Signal<Option<&'static str>>;

/// Returns the attribute `value` while the condition is true, and no attribute otherwise.
pub fn attr_if(
    value: &'static str,
    condition: impl Fn() -> bool + Send + Sync + 'static,
) -> AttrSignal {
    Signal::derive(move || condition().then_some(value))
}
