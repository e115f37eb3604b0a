//! "Identify a key": identifies a key that was found somewhere.
//!
//! The page hashes the key in the browser and sends only the digest, so the secret does not leave
//! the page.

use crate::browser;
use crate::components::{FieldError, new_tab_link};
use crate::prelude::*;
use leptos::ev::SubmitEvent;
use leptos::task::spawn_local;

/// The field that a key is pasted into. It has no name, so that no browser submits it.
const FIELD: &str = "found-key";
/// The hidden field that is submitted instead.
const DIGEST: &str = "digest";
/// Length of every key, in characters.
const CHARS: usize = 52;

const NO_HASH: &str = "Your browser can only hash keys over HTTPS. You can also run `voxum key identify` on the server.";

pub fn found_key_page() -> AnyView {
    let error = RwSignal::new(None::<String>);
    browser::on_leaving(|| browser::empty(FIELD));
    let send = handler(move |event: SubmitEvent| {
        let key = browser::value(FIELD).trim().to_owned();
        // The reader typed a digest instead, which is sent as it is.
        if key.is_empty() {
            return;
        }
        browser::cancel(&event);
        error.set(None);
        if let Some(why) = malformed(&key) {
            error.set(Some(why));
            return browser::focus(FIELD);
        }
        spawn_local(async move {
            match browser::sha256(&key).await {
                Some(digest) => {
                    browser::empty(FIELD);
                    browser::send_with(DIGEST, &digest);
                }
                None => error.set(Some(NO_HASH.to_owned())),
            }
        });
    });
    view! {
        <div class="with-aside">
            <div class="narrow">
                <div class="page-head" inner_html=server_html(head)></div>
                <form class="form" method="post" action="/keys/found" on:submit=send>
                    <div class="field needs-script">
                        <label for=FIELD>"API key"</label>
                        <input
                            id=FIELD
                            class="mono"
                            type="text"
                            autocomplete="off"
                            spellcheck="false"
                            autofocus
                            aria-invalid=attr_if("true", move || error.with(Option::is_some))
                            aria-describedby="found-key-error"
                        />
                        <FieldError id="found-key-error" error=error.into()/>
                    </div>
                    <input type="hidden" id=DIGEST name=DIGEST/>
                    <div class="field without-script" inner_html=server_html(typed_digest)></div>
                    <div class="actions" inner_html=server_html(button)></div>
                </form>
            </div>
            <aside class="help" aria-labelledby="help" inner_html=server_html(help)></aside>
        </div>
    }
}

/// Renders the title and the purpose of the page.
fn head() -> String {
    let head = view! {
        <div>
            <h1>"Identify a key"</h1>
            <p>
                "Found a key in a log, a repository or a chat? Paste it to see which one it is, and revoke it if needed. \
                 It's hashed in your browser and never sent."
            </p>
        </div>
    };
    head.to_html()
}

/// Renders the button of the form.
fn button() -> String {
    let button = view! {
        <button type="submit" class="button primary">
            "Identify key"
        </button>
    };
    button.to_html()
}

/// Renders the content of the field for a digest, which readers without script compute themselves.
fn typed_digest() -> String {
    let field = view! {
        <label for="typed">"SHA-256 of the key"</label>
        <input
            id="typed"
            name="typed"
            class="mono"
            type="text"
            autocomplete="off"
            spellcheck="false"
            pattern="\\s*[0-9a-fA-F]{64}\\s*"
            title="64 hexadecimal digits, not the key itself"
        />
        <p class="hint">
            "64 hexadecimal digits. Run " <code>"printf %s \"$KEY\" | sha256sum"</code> " to get them."
        </p>
    };
    field.to_html()
}

/// Renders the help beside the form.
fn help() -> String {
    let help = view! {
        <h2 id="help">"What happens"</h2>
        <ul>
            <li>"Only the SHA-256 of the key is sent to the server."</li>
            <li>"The result shows the name and status of the key, and when it was last used. Nothing changes."</li>
            <li>"If others may have seen the key, revoke it, and create a new one for the system that used it."</li>
        </ul>
        {new_tab_link("/docs#key-not-working", "If a key doesn't work")}
    };
    help.to_html()
}

/// Returns why a text cannot be a key, as far as its form shows.
fn malformed(key: &str) -> Option<String> {
    let length = key.chars().count();
    let random = key.strip_prefix("vx_").unwrap_or_default();
    if length != CHARS {
        Some(format!(
            "That's only {length} of {CHARS} characters. Copy the full key and try again."
        ))
    } else if random.bytes().any(|byte| !byte.is_ascii_alphanumeric()) || random.is_empty() {
        Some(
            "That doesn't look like a key. Keys start with vx_, followed by letters and digits."
                .to_owned(),
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incomplete_or_malformed_key_is_reported_before_it_is_sent() {
        let whole = format!("vx_{}", "a".repeat(49));
        assert_eq!(malformed(&whole), None);
        assert!(malformed(&whole[..38]).is_some_and(|why| why.contains("38 of 52")));
        for bad in [whole.replace("vx_", "vy_"), whole.replace("aaa", "a a")] {
            assert!(malformed(&bad).is_some(), "{bad}");
        }
    }
}
