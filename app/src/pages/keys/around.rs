//! The surroundings of the list of keys: notices, the menu of its rows, and the pagination.
//!
//! The server renders all of them. In the browser they stay as they are, so that none of their text
//! is in the module.

use crate::components::{BULK_FORM, Icon, NEXT_PAGE, Notice, Pager, SEARCH_FURTHER, Tone};
use crate::prelude::*;
use domain::{KeyQuery, KeysPageContext};

const STOPPED: &str = "Not every key was searched, because many keys match each filter by itself. Search further, or add another filter.";

/// Renders notices about keys that are on hold, are about to expire, or are still in use after
/// their end; nothing if there are none.
///
/// `may_manage`: whether the member may confirm keys that are on hold.
pub fn notices(around: &KeysPageContext, may_manage: bool) -> AnyView {
    let html = server_html(|| {
        let restored = around
            .restored
            .clone()
            .map(|text| restored(text, may_manage));
        let notices = [restored, brief(around)].into_iter().flatten();
        notices.map(RenderHtml::to_html).collect()
    });
    view! { <div inner_html=html></div> }
}

fn restored(text: String, may_manage: bool) -> AnyView {
    if !may_manage {
        return view! { <Notice tone=Tone::Warning text=text/> };
    }
    let action = view! { <a href="/keys/several?do=resume">"Review keys"</a> };
    view! { <Notice tone=Tone::Warning text=text action=action/> }
}

/// Renders the notices about revoked and expired keys that are still in use, and about keys that
/// expire soon. Both share one line, so that they leave room for the list. They are a warning
/// unless there are only keys with more than 7 days left.
fn brief(around: &KeysPageContext) -> Option<AnyView> {
    let dead = around.dead_keys_in_use.as_ref().map(|notice| {
        let href = format!("/keys?status={}", KeyQuery::DEAD_IN_USE);
        brief_item(href, &notice.title, &notice.text)
    });
    let expiring = around.expiry_notice.as_ref().map(|notice| {
        let href = format!("/keys?expires={}", notice.days);
        brief_item(href, &notice.title, &notice.text)
    });
    let days = around.expiry_notice.as_ref().map(|notice| notice.days);
    let (tone, icon) = if dead.is_none() && days? > 7 {
        ("info", "#i-info")
    } else {
        ("warning", "#i-alert")
    };
    Some(view! {
        <div class="notice brief" data-tone=tone>
            <Icon name=icon/>
            <ul>{dead} {expiring}</ul>
        </div>
    })
}

/// Renders a link to the keys, and further text about them. The list behind the link shows the
/// same, so the line may be cut off.
fn brief_item(href: String, title: &str, text: &str) -> AnyView {
    let text = if text.is_empty() {
        ".".to_owned()
    } else {
        format!(": {text}")
    };
    let title = title.to_owned();
    view! {
        <li>
            <a href=href>{title}</a>
            {text}
        </li>
    }
}

/// Renders the links to other pages of the list, and the address of this page for the form of bulk
/// actions, which lead back to it.
pub fn pager(around: &KeysPageContext) -> AnyView {
    let html = server_html(|| {
        let KeysPageContext {
            here, first, next, ..
        } = around.clone();
        let here = (here != "/keys").then(|| {
            view! { <input type="hidden" form=BULK_FORM name="list" value=here/> }
        });
        let (note, next_label) = if around.stopped {
            (Some(STOPPED), SEARCH_FURTHER)
        } else {
            (None, NEXT_PAGE)
        };
        let pager = view! {
            <Pager
                label="Keys pagination"
                first=first
                next=next
                next_label=next_label
                note=note
            />
        };
        here.to_html() + &pager.to_html()
    });
    view! { <div inner_html=html></div> }
}

/// Renders the menu of further actions on a key. It belongs to every row: a script completes its
/// addresses for the row whose button was pressed, and shows the entries for the key's status.
pub fn row_menu(may_manage: bool) -> AnyView {
    let html = server_html(|| menu_items(may_manage).to_html());
    view! { <div id="row-menu" role="menu" popover="auto" inner_html=html></div> }
}

fn menu_items(may_manage: bool) -> AnyView {
    let manage = may_manage.then(|| {
        view! {
            <a role="menuitem" data-path="/edit" data-for="active paused">"Edit"</a>
            <a role="menuitem" data-path="/rotate" data-for="active paused">"Rotate"</a>
            <form method="post" role="none">
                <button type="submit" role="menuitem" data-path="/pause" data-for="active">"Pause"</button>
                <button type="submit" role="menuitem" data-path="/resume" data-for="paused">"Resume"</button>
            </form>
        }
    });
    view! {
        <a role="menuitem" data-path="">"View"</a>
        <button type="button" role="menuitem" data-copies="">"Copy preview"</button>
        {manage}
    }
}
