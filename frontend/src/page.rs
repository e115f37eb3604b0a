//! The page that is currently in the document.

use app::pages::HydratedPage;
use std::any::Any;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

thread_local! {
    /// Handle of the hydrated page, which unmounts it when dropped.
    static MOUNTED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Hydrates the page that the server rendered.
pub fn hydrate_body() {
    let Some(page) = HydratedPage::embedded() else {
        return;
    };
    let body = leptos::tachys::dom::body();
    let mounted = leptos::mount::hydrate_from(body, move || app::hydrate(page));
    MOUNTED.set(Some(Box::new(mounted)));
}

/// Replaces the current page by another one. Returns `None` if the two come from different builds.
pub fn replace(new: &Document) -> Option<()> {
    let document = leptos::tachys::dom::document();
    let (root, new_root) = (document.document_element()?, new.document_element()?);
    let build = "data-build";
    if root.get_attribute(build) != new_root.get_attribute(build) {
        return None;
    }
    // The parser reads their content as if no script ran, so a frame in one of them would load.
    while let Ok(Some(unscripted)) = new.query_selector("noscript") {
        unscripted.remove();
    }
    let body: HtmlElement = document
        .adopt_node(new.body()?.as_ref())
        .ok()?
        .dyn_into()
        // The old page must be unmounted before its elements are replaced.
        .ok()?;
    MOUNTED.take();
    root.remove_attribute("data-hydrated").ok()?;
    let is_server_only = new_root.has_attribute("data-still");
    root.toggle_attribute_with_force("data-still", is_server_only)
        .ok()?;
    document.set_title(&new.title());
    document.set_body(Some(&body));
    if !is_server_only {
        hydrate_body();
    }
    // As after a page load, the keyboard focus starts at the top, and a screen reader reads the new
    // content.
    if let Some(main) = document.get_element_by_id("main") {
        let _ = main.unchecked_into::<HtmlElement>().focus();
    }
    Some(())
}
