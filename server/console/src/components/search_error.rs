//! The error of a search field on a page that the server sends.

use app::Page;
use app::components::Icon;
use app::prelude::*;

/// Renders an error. If it advises to use “Identify a key”, that is a link, as in the error that
/// `frontend/src/console.js` shows.
pub fn search_error(id: &'static str, error: Option<String>) -> AnyView {
    let page = Page::FoundKey;
    let error = error.map(|text| {
        let text = match text.split_once(page.name()) {
            Some((before, after)) => view! {
                {before.to_owned()}
                <a href=page.path()>{page.name()}</a>
                {after.to_owned()}
            },
            None => erase(text),
        };
        view! {
            <Icon name="#i-alert"/>
            <span>{text}</span>
        }
    });
    view! {
        <div class="error" id=id>
            {error}
        </div>
    }
}
