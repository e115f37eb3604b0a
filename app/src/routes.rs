//! The table of pages.

use crate::browser;
use crate::layout::Layout;
use crate::pages::{
    InventoryPage, KeysPage, NewKeyPage, NotFoundPage, RevokeKeyPage, SetupPage, SignInPage,
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// The console: what the server renders into the body, and the browser takes over.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // Effects run once everything else is in place.
    Effect::new(|_| browser::ready());
    view! {
        <Router>
            <Layout>
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/sign-in") view=SignInPage/>
                    <Route path=path!("/setup/:token") view=SetupPage/>
                    <Route path=path!("/keys") view=KeysPage/>
                    <Route path=path!("/keys/new") view=NewKeyPage/>
                    <Route path=path!("/keys/:id/revoke") view=RevokeKeyPage/>
                    <Route path=path!("/inventory") view=InventoryPage/>
                </FlatRoutes>
            </Layout>
        </Router>
    }
}
