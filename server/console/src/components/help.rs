//! The layout of form pages, with help beside the form.

use app::components::new_tab_link;
use app::prelude::*;

/// Advice on a form: what happens, who is affected, and what can be undone.
#[derive(Clone, Copy)]
pub struct Help {
    pub title: &'static str,
    pub advice: &'static [&'static str],
    /// Further reading.
    pub link: Option<HelpLink>,
}

/// Link of the help beside a form, with its address and its text. It does not leave the form, whose
/// entries would be lost.
#[derive(Clone, Copy)]
pub enum HelpLink {
    Page(&'static str, &'static str),
    /// A file to download.
    File(&'static str, &'static str),
}

/// Renders a form that is a separate page, without help.
pub fn narrow(form: AnyView) -> AnyView {
    view! { <div class="narrow">{form}</div> }
}

/// Renders the direct response to a form, which shows something that cannot be shown again. A
/// script asks for confirmation before the page is left (`frontend/src/console.js`).
pub fn shown_once(content: AnyView) -> AnyView {
    view! { <div class="narrow" data-unsaved="">{content}</div> }
}

/// Renders content like [`shown_once`], with advice beside it, as on the page of the form.
pub fn shown_once_with_help(help: Help, content: AnyView) -> AnyView {
    beside(help, shown_once(content))
}

/// Renders a form that is a separate page, and advice, which is beside the form on wide screens and
/// below it on others.
pub fn with_help(help: Help, form: AnyView) -> AnyView {
    beside(help, narrow(form))
}

/// Renders the cards of a page, with advice like [`with_help`].
pub fn cards_with_help(help: Help, cards: AnyView) -> AnyView {
    beside(help, view! { <div class="cards">{cards}</div> })
}

fn beside(help: Help, content: AnyView) -> AnyView {
    let Help {
        title,
        advice,
        link,
    } = help;
    let advice = advice.iter().map(|text| view! { <li>{*text}</li> });
    let advice = advice.collect_view();
    let link = link.map(|link| match link {
        HelpLink::Page(href, text) => new_tab_link(href, text),
        HelpLink::File(href, text) => view! { <a href=href download="">{text}</a> },
    });
    view! {
        <div class="with-aside">
            {content}
            <aside class="help" aria-labelledby="help">
                <h2 id="help">{title}</h2>
                <ul>{advice}</ul>
                {link}
            </aside>
        </div>
    }
}
