//! Parts of a hydrated page that only the server renders.

/// Returns the HTML of an element's content on the server.
///
/// In the browser it returns `None`, and the content stays as the server rendered it.
///
/// The browser's module contains nothing of `render`, since the condition is constant there. The
/// content must not need hydration: it has no signals and no event handlers.
pub fn server_html(render: impl FnOnce() -> String) -> Option<String> {
    cfg!(feature = "ssr").then(render)
}
