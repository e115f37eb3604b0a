//! The content of a page, ready to be rendered.

use crate::pages::HydratedPage;
use crate::prelude::*;
use domain::{DisplayTime, Failure};
use std::sync::Arc;

/// The content of a page, for one response.
#[derive(Clone)]
pub struct Content {
    render: Arc<dyn Fn() -> AnyView + Send + Sync>,
    failure: Option<Failure>,
    read_at: Option<DisplayTime>,
    hydrated: Option<HydratedPage>,
}

impl Content {
    /// Creates a page whose data has been loaded, or that needs none.
    pub fn new(render: impl Fn() -> AnyView + Send + Sync + 'static) -> Self {
        Self {
            render: Arc::new(render),
            failure: None,
            read_at: None,
            hydrated: None,
        }
    }

    /// Creates a page that `render` renders from its data, or from the reason why there are none.
    pub fn loaded<T: Clone + Send + Sync + 'static>(
        data: Result<T, Failure>,
        render: impl Fn(Result<T, Failure>) -> AnyView + Send + Sync + 'static,
    ) -> Self {
        Self {
            failure: data.as_ref().err().cloned(),
            ..Self::new(move || render(data.clone()))
        }
    }

    /// Like [`Content::loaded`], for a page that shows when its data was read.
    pub fn dated<T: Clone + Send + Sync + 'static>(
        data: Result<T, Failure>,
        read_at: fn(&T) -> &DisplayTime,
        render: impl Fn(Result<T, Failure>) -> AnyView + Send + Sync + 'static,
    ) -> Self {
        Self {
            read_at: data.as_ref().ok().map(read_at).cloned(),
            ..Self::loaded(data, render)
        }
    }

    /// Returns why the data could not be loaded.
    pub const fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Returns when the data was read.
    pub(crate) const fn read_at(&self) -> Option<&DisplayTime> {
        self.read_at.as_ref()
    }

    /// Returns the page that the browser takes over, if it does.
    pub(crate) const fn hydrated(&self) -> Option<&HydratedPage> {
        self.hydrated.as_ref()
    }

    pub(crate) fn render(&self) -> AnyView {
        (self.render)()
    }
}

impl From<HydratedPage> for Content {
    fn from(page: HydratedPage) -> Self {
        Self {
            failure: page.failure().cloned(),
            hydrated: Some(page.clone()),
            ..Self::new(move || page.clone().render())
        }
    }
}
