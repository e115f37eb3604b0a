//! API Keys: the keys that give access to the account's data.

mod around;
mod dialogs;
mod find;

use self::dialogs::Dialogs;
use super::page_data::{Head, page_or_error};
use crate::browser;
use crate::components::{
    Clock, Code, FormState, Icon, KeyCreation, KeyTable, Notice, PAGE_FORM, PageHead, RowButton,
    Tone, Used, used,
};
use crate::prelude::*;
use domain::{
    Failure, KeyCount, KeyId, KeyListUpdate, KeyStatus, KeyView, KeysPage as Data, Sparkline,
};
use leptos::ev::MouseEvent;

const HEAD: Head = Head {
    title: "API Keys",
    purpose: "API keys give your systems access to this account's data. Use one key per system.",
};

const MAY_LOOK: &str = "You have read-only access. Owners and admins can create and revoke keys.";

const STOPPED: &str = "Key creation is turned off. An owner can turn it back on in Settings.";

pub fn keys_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Keys page=page/> }
    })
}

/// The rows of the list, updated by actions on the page and by events from the server.
#[derive(Clone, Copy)]
struct Rows {
    keys: RwSignal<Vec<KeyView>>,
    /// The calls of each key when the list was loaded; updates do not contain them.
    sparklines: RwSignal<Vec<(KeyId, Sparkline)>>,
    count: RwSignal<KeyCount>,
    /// Whether the account has no keys at all.
    no_keys: RwSignal<bool>,
    clock: Clock,
    /// Keys that were created or revoked on this page. They stay in the list even if they no longer
    /// match it.
    touched: StoredValue<Vec<KeyId>>,
}

/// Returns the position of a key that is new in the list: after the nearest preceding key that is
/// already shown.
fn place(id: &KeyId, order: &[KeyId], keys: &[KeyView]) -> usize {
    let before = order.iter().take_while(|other| *other != id);
    let known = |other: &KeyId| keys.iter().position(|key| key.id == *other);
    before.filter_map(known).last().map_or(0, |last| last + 1)
}

/// Returns the calls of each key with its id. They are sent without it, which keeps the page small.
fn by_key(keys: &[KeyView], sparklines: Vec<Sparkline>) -> Vec<(KeyId, Sparkline)> {
    let ids = keys.iter().map(|key| key.id.clone());
    ids.zip(sparklines).collect()
}

impl Rows {
    /// Replaces the rows with a fresh list from the server.
    fn renew(self, page: Data) {
        self.clock.reached(page.now.at);
        self.no_keys.set(page.no_keys);
        self.count.set(page.count);
        self.sparklines.set(by_key(&page.keys, page.sparklines));
        self.keys.set(page.keys);
    }

    /// Merges an update from the server, regardless of who made the changes.
    ///
    /// Existing rows keep their positions even if the server's order has changed, so that what a
    /// person is reading or has focused does not move.
    fn merge(self, news: KeyListUpdate) {
        self.clock.reached(news.now);
        // Skip unchanged values, so that nothing is rendered again.
        if self.no_keys.get_untracked() != news.no_keys {
            self.no_keys.set(news.no_keys);
        }
        self.count.set(news.count);
        for (number, count) in news.view_counts.iter().enumerate() {
            browser::write(&find::view_count(number), count);
        }
        let touched = self.touched.get_value();
        self.keys.update(|keys| {
            for key in news.changed {
                let known = keys.iter().position(|known| known.id == key.id);
                match known.map(|place| &mut keys[place]) {
                    // Revoked and expired keys never become usable again, so this update is older
                    // than the action on this page.
                    Some(known) if !known.status.is_live() && key.status.is_live() => {}
                    Some(known) => *known = key,
                    None => {
                        let place = place(&key.id, &news.order, keys);
                        keys.insert(place, key);
                    }
                }
            }
            keys.retain(|key| news.order.contains(&key.id) || touched.contains(&key.id));
        });
    }

    /// Derives the last use of a key. It changes without rendering the rest of the key again.
    fn used(self, key: &KeyView) -> Signal<Used> {
        used(key, self.keys)
    }

    /// Adds a key that was just created.
    fn add(self, key: KeyView) {
        self.clock.reached(key.created.at);
        self.no_keys.set(false);
        self.touched.update_value(|ids| ids.push(key.id.clone()));
        self.count.update(|count| {
            count.keys += 1;
            count.active += 1;
        });
        self.keys.update(|keys| keys.insert(0, key));
    }

    /// Updates a key that was just revoked, in place.
    fn replace(self, revoked: KeyView) {
        if let Some(revocation) = &revoked.revocation {
            self.clock.reached(revocation.at.at);
        }
        self.touched
            .update_value(|ids| ids.push(revoked.id.clone()));
        self.keys.update(|keys| {
            if let Some(key) = keys.iter_mut().find(|key| key.id == revoked.id) {
                if key.status == KeyStatus::Active {
                    self.count
                        .update(|count| count.active = count.active.saturating_sub(1));
                }
                *key = revoked;
            }
        });
    }
}

#[component]
fn Keys(page: Data) -> impl IntoView {
    let rows = Rows {
        sparklines: RwSignal::new(by_key(&page.keys, page.sparklines)),
        keys: RwSignal::new(page.keys),
        count: RwSignal::new(page.count),
        no_keys: RwSignal::new(page.no_keys),
        clock: Clock::start(page.now.at),
        touched: StoredValue::new(Vec::new()),
    };
    let may_manage = page.may_manage;
    let creates = page.new_key.is_some();
    let stopped =
        (may_manage && !creates).then(|| view! { <Notice tone=Tone::Warning text=STOPPED/> });
    let done = page
        .done
        .map(|text| view! { <Notice tone=Tone::Success text=text/> });
    let (filtered, sorts) = (page.filtered, page.sorts);
    let creation = page
        .new_key
        .map(|options| KeyCreation::new(FormState::new(None), options));
    let dialogs = Dialogs::new(rows, creation);
    let on_revoke = may_manage
        .then(|| Callback::new(move |(key, event): RowButton| dialogs.revoke(key, &event)));
    listen(rows, creation);
    let (ending, views, find, pager, menu) = (
        around::notices(&page.context, page.may_manage),
        find::views(&page.context, rows.no_keys),
        find::find(&page.context, rows.no_keys),
        around::pager(&page.context),
        around::row_menu(page.may_manage),
    );
    let url = page.public_url;
    let action = erase(dynamic(move || {
        let create = creates && !rows.no_keys.get();
        view! {
            <a class="button" href="/keys/found">"Identify a key"</a>
            {create.then(|| new_key_button(dialogs))}
        }
    }));
    let may_look = (!may_manage).then(|| view! { <Notice tone=Tone::Info text=MAY_LOOK/> });
    let empty = Memo::new(move |_| rows.keys.with(Vec::is_empty));
    let list = dynamic(move || {
        if rows.no_keys.get() {
            view! { <NoKeys url=url.clone() dialogs=creates.then_some(dialogs)/> }
        } else if empty.get() {
            nothing_found(page.empty.clone())
        } else {
            let count = Signal::derive(move || rows.count.get().words(filtered));
            view! {
                <KeyTable
                    keys=rows.keys
                    sparklines=rows.sparklines
                    count=count
                    sorts=sorts.clone()
                    clock=rows.clock
                    on_revoke=on_revoke
                />
            }
        }
    });
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose action=action/>
        {ending}
        {may_look}
        {stopped}
        {done}
        {views}
        {find}
        {list}
        {pager}
        {menu}
        {may_manage.then(|| dialogs.view())}
    }
}

/// Renders the button that creates a key: in a dialog, or without script on a page.
fn new_key_button(dialogs: Dialogs) -> AnyView {
    view! {
        <button
            type="submit"
            class="button primary"
            form=PAGE_FORM
            formaction="/keys/new"
            on:click=handler(move |event: MouseEvent| dialogs.create(&event))
        >
            <Icon name="#i-plus"/>
            "Create API Key"
        </button>
    }
}

fn nothing_found((title, text): (String, String)) -> AnyView {
    view! {
        <section class="empty">
            <h2>{title}</h2>
            <p>{text} " " <a href="/keys">"Show all keys"</a></p>
        </section>
    }
}

/// Shown while the account has no keys.
#[component]
fn NoKeys(
    url: String,
    /// `None` if the member may not create keys.
    dialogs: Option<Dialogs>,
) -> impl IntoView {
    let call = format!("curl -H \"X-API-Key: vx_abc123...\" {url}/api/inventory");
    view! {
        <section class="empty">
            <h2>"No API keys yet"</h2>
            <p>
                "API keys let your inventory feed, CRM or app access your data. Create one per system so you can revoke one without affecting the others."
            </p>
            {dialogs.map(new_key_button)}
            <p>"Example request:"</p>
            <Code id="example-call" text=call/>
            <p class="second">"Only managing your chatbot? You don't need an API key."</p>
        </section>
    }
}

/// Subscribes to updates of the rows, and to the first call of a key that was just created.
fn listen(rows: Rows, creation: Option<KeyCreation>) {
    let awaited = Memo::new(move |_| {
        let issued = creation?.issued;
        issued.with(|issued| Some(issued.as_ref()?.key.id.to_string()))
    });
    Effect::new(move |_| {
        let mut url = format!("/keys/events{}", browser::search());
        if let Some(id) = awaited.get() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str("await=");
            url.push_str(&id);
        }
        browser::subscribe(url, move |text| {
            // The message comes from another version of the server; a reload will fix this.
            let Some(news) = browser::parse::<KeyListUpdate>(&text) else {
                return;
            };
            // Skip unchanged values, so that screen readers do not announce them again.
            if let Some(creation) = creation
                && creation
                    .first_call
                    .with_untracked(|known| *known != news.first_call)
            {
                creation.first_call.set(news.first_call.clone());
            }
            rows.merge(news);
        });
    });
}
