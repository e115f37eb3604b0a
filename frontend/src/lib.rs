//! The browser's half of the console, which hydrates the pages that the server rendered.
#![cfg(target_arch = "wasm32")]

mod page;
mod visit;

/// Called by the module script in the page's head once the module has loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    page::hydrate_body();
    visit::listen();
}
