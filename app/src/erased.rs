//! Type-erased views and closures, which keep the WebAssembly module small.
//!
//! Every element, attribute and closure of a view has its own type, and the framework compiles each
//! operation on views once per type: building, hydrating, diffing with the next view, and hydrating
//! later. A piece of a page that is rendered once and then changes only through its signals never
//! needs the last two. [`erase`] leaves them out, and the other functions here give closures with
//! the same purpose the same type. Together they halve the size of the module.
//!
//! The `view!` of [`crate::prelude`] erases each view by itself.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

/// Erases the type of a view, which is then replaced as a whole if it changes at all.
pub fn erase(view: impl IntoView + 'static) -> AnyView {
    Erased(view).into_any()
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

struct Erased<V>(V);

impl<V: Render> Render for Erased<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        let mut new = self.0.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl<V: RenderHtml + 'static> AddAnyAttr for Erased<V> {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attr: NewAttr) -> Self::Output<NewAttr> {
        self
    }
}

impl<V: RenderHtml + 'static> RenderHtml for Erased<V> {
    type AsyncOutput = Erased<V::AsyncOutput>;
    type Owned = Self;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        Erased(self.0.resolve().await)
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(
            buf,
            position,
            escape,
            mark_branches,
            extra_attrs,
        );
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    // `hydrate_async` keeps the trait's default, which hydrates immediately.

    fn into_owned(self) -> Self::Owned {
        self
    }
}
