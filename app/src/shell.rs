//! The HTML document around the console. Only the server runs this.

use crate::app::App;
use crate::content::Content;
use crate::page::Page;
use crate::pages::HydratedPage;
use crate::prelude::*;
use crate::request::{Assets, PageRequest, page_request};
use leptos::nonce::use_nonce;

/// The icon sprite. It comes after the console, so that hydration does not walk over it.
const SPRITE: &str = include_str!("icons.svg");

/// Renders the HTML document of a page of the console.
///
/// It is hydrated only if the table of pages allows it. If no site was built into the binary, it
/// works without script and style.
pub fn shell(page: Page, content: &Content) -> AnyView {
    let PageRequest {
        assets,
        theme,
        exact_times,
        comfortable_rows,
        ..
    } = page_request();
    let hydrated = content
        .hydrated()
        .filter(|_| page.is_hydrated() && assets.is_some())
        .cloned();
    let still = hydrated.is_none();
    let read_at = content.read_at().cloned();
    let content = content.clone();
    if still && let Some(shared) = Owner::current_shared_context() {
        // This page is not hydrated, so its data need not be serialised into it.
        shared.set_is_hydrating(false);
    }
    let css = assets.as_ref().map(|assets| assets.css.clone());
    let script = assets.as_ref().and_then(|assets| assets.script.clone());
    // A document of another build never replaces this one in place.
    let build = assets
        .as_ref()
        .map(|assets| [&*assets.wasm, &assets.css].join(" "));
    let times = if exact_times { "exact" } else { "relative" };
    let rows = if comfortable_rows {
        "comfortable"
    } else {
        "compact"
    };
    let head = assets.map(|assets| {
        if still {
            fetch_ahead(assets)
        } else {
            start(assets)
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.as_str() data-times=times data-rows=rows data-build=build data-still=still.then_some("")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                {css.map(|css| view! { <link rel="stylesheet" href=css/> })}
                {script.map(|src| view! { <script nonce=use_nonce() src=src defer></script> })}
                {head}
                <title>{page.title()}</title>
            </head>
            <body>
                <App page=page read_at=read_at>
                    {content.render()}
                </App>
                <div class="sprite" inner_html=SPRITE></div>
                {hydrated.map(|page| view! {
                    <script type="application/json" id=HydratedPage::ID inner_html=json(&page)></script>
                })}
            </body>
        </html>
    }
}

/// Serialises a page for a `script` element, whose content only `</script` or `<!--` could end or
/// change.
fn json(page: &HydratedPage) -> String {
    let json = serde_json::to_string(page).expect("plain data is always JSON");
    json.replace('<', "\\u003c")
}

/// Loads the module, which then hydrates the page.
fn start(Assets { js, wasm, .. }: Assets) -> AnyView {
    let script = format!(
        "import init,{{hydrate}} from {js:?};init({{module_or_path:{wasm:?}}}).then(hydrate)\
         .catch(()=>dispatchEvent(new Event(\"voxum:failed\")))"
    );
    view! {
        <link rel="modulepreload" href=js crossorigin="anonymous"/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=use_nonce() inner_html=script></script>
    }
}

/// Names the files that the next page will need. A script fetches them once the browser is idle
/// (`frontend/src/console.js`).
fn fetch_ahead(Assets { js, wasm, .. }: Assets) -> AnyView {
    view! { <meta name="next-page-files" content=[js, wasm].join(" ")/> }
}
