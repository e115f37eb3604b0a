//! Erased views in the browser.
//!
//! All of them have one type, which the framework compiles its operations for once. Of the type of
//! each view, the module contains only what builds and what hydrates it.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

pub fn erased(view: impl IntoView + 'static) -> Erased {
    Erased(Box::new(view.into_view().into_inner()))
}

/// The operations on a view whose type is erased.
trait ErasedView: Send {
    fn build(self: Box<Self>) -> ErasedState;
    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState;
}

impl<V: RenderHtml + 'static> ErasedView for V {
    fn build(self: Box<Self>) -> ErasedState {
        ErasedState {
            view: Box::new(Render::build(*self)),
            placeholder: (!V::EXISTS).then(Rndr::create_placeholder),
        }
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState {
        let view = Box::new(RenderHtml::hydrate::<true>(*self, cursor, position));
        ErasedState {
            view,
            placeholder: (!V::EXISTS).then(|| cursor.next_placeholder(position)),
        }
    }
}

pub struct Erased(Box<dyn ErasedView>);

pub struct ErasedState {
    view: Box<dyn Mountable>,
    /// Marks the place of a view without elements, as [`AnyView`] marks it on the server.
    placeholder: Option<Placeholder>,
}

impl Mountable for ErasedState {
    fn unmount(&mut self) {
        self.view.unmount();
        self.placeholder.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.view.mount(parent, marker);
        self.placeholder.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.view.insert_before_this(child) || self.placeholder.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.view.elements()
    }
}

impl Render for Erased {
    type State = ErasedState;

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

impl AddAnyAttr for Erased {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attr: NewAttr) -> Self::Output<NewAttr> {
        self
    }
}

impl RenderHtml for Erased {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    fn resolve(self) -> impl Future<Output = Self::AsyncOutput> + Send {
        std::future::ready(self)
    }

    // Only the server writes HTML.
    fn to_html_with_buf(
        self,
        _buf: &mut String,
        _position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        _buf: &mut StreamBuilder,
        _position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        self.0.hydrate(cursor, position)
    }

    // `hydrate_async` keeps the trait's default, which hydrates immediately.

    fn into_owned(self) -> Self::Owned {
        self
    }
}
