//! The root of the console.

use crate::browser;
use crate::components::FirstInvalidField;
use crate::layout::Layout;
use crate::page::Page;
use crate::pages::HydratedPage;
use crate::prelude::*;
use domain::DisplayTime;

/// The console, which the server renders into the body and the browser hydrates.
///
/// The server sends every page, and the module hydrates it, so the browser needs no router.
#[component]
pub fn App(
    page: Page,
    /// When the page's data was read, if the page goes stale.
    read_at: Option<DisplayTime>,
    children: Children,
) -> impl IntoView {
    provide_context(FirstInvalidField::default());
    // Effects run once everything else is in place.
    Effect::new(|_| browser::ready());
    view! { <Layout page=page read_at=read_at children=children/> }
}

/// Renders the console around a page that the document contains, for the browser to hydrate.
pub fn hydrate(page: HydratedPage) -> AnyView {
    view! {
        <App page=page.page() read_at=None>
            {page.render()}
        </App>
    }
}
