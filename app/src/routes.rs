//! The tables of pages.

use crate::browser;
use crate::layout::Layout;
use crate::pages::{InventoryPage, KeysPage, NotFoundPage};
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// The console: what the server renders into the body, and the browser takes over.
#[component]
pub fn App() -> impl IntoView {
    // Effects run once everything else is in place.
    Effect::new(|_| browser::ready());
    view! {
        <Router>
            <Layout>
                <Pages/>
            </Layout>
        </Router>
    }
}

/// The pages that change without a page load. [`LIVE`](crate::request::LIVE) lists them as well.
#[cfg(not(feature = "ssr"))]
#[component]
fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFoundPage>
            <Route path=path!("/keys") view=KeysPage/>
            <Route path=path!("/inventory") view=InventoryPage/>
        </FlatRoutes>
    }
}

/// All pages. Those that only hold a plain form are sent without script: the browser gets none of their code.
#[cfg(feature = "ssr")]
#[component]
fn Pages() -> impl IntoView {
    use crate::pages::{NewKeyPage, RevokeKeyPage, SetupPage, SignInPage};
    view! {
        <FlatRoutes fallback=NotFoundPage>
            <Route path=path!("/keys") view=KeysPage/>
            <Route path=path!("/inventory") view=InventoryPage/>
            <Route path=path!("/sign-in") view=SignInPage/>
            <Route path=path!("/setup/:token") view=SetupPage/>
            <Route path=path!("/keys/new") view=NewKeyPage/>
            <Route path=path!("/keys/:id/revoke") view=RevokeKeyPage/>
        </FlatRoutes>
    }
}
