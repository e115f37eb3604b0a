//! The result of identifying a found key.

use crate::components::fact;
use app::Page;
use app::components::{Badge, Clock, Notice, Time, Tone};
use app::prelude::*;
use domain::{Failure, Field, IdentifiedKey};

/// The response to the form of "Identify a key". It has no script that could hash another key, so
/// it links back to the page that has.
pub fn identified_key_page(identified: Result<Option<IdentifiedKey>, Failure>) -> AnyView {
    let answer = match identified {
        Ok(Some(key)) => known(key),
        Ok(None) => view! {
            <Notice
                tone=Tone::Info
                title="No key of this account matches."
                text="The key may be mistyped, or belong to another account or server."
            />
        },
        Err(failure) => {
            let text = failure.at(Field::Key).map(str::to_owned);
            let text = text.unwrap_or_else(|| Failure::message(&failure));
            view! { <Notice tone=Tone::Error text=text/> }
        }
    };
    view! {
        <div class="narrow">
            <h1>{Page::FoundKey.name()}</h1>
            {answer}
            <p>
                <a href="/keys/found">"Identify another key"</a>
            </p>
        </div>
    }
}

fn known(IdentifiedKey { key, now }: IdentifiedKey) -> AnyView {
    let live = key.status.is_live();
    let page = format!("/keys/{}", key.id);
    let revoke = live.then(|| {
        view! {
            <a class="button" href=format!("{page}/revoke?reason=leaked")>
                "Revoke key"
            </a>
        }
    });
    let clock = Clock::start(now.at);
    let without_use = key.without_last_use();
    let last_use = match key.last_use {
        Some(last) => view! { <Time moment=last.at clock=clock/> " from " {last.ip} },
        None => erase(without_use),
    };
    view! {
        <section class="box" aria-labelledby="identified">
            <h2 id="identified">
                "This is “" <a href=page>{key.name.to_string()}</a> "”"
            </h2>
            <dl class="facts">
                {fact("Status", view! { <Badge status=key.status/> })}
                {fact("Key preview", view! { <code>{key.preview}</code> })}
                {key.rotation.map(|text| fact("Rotation", erase(text)))}
                {key.expires.map(|end| fact("Expires", erase(end.short)))}
                {fact("Last used", last_use)}
                {fact("Created by", erase(key.created_by))}
            </dl>
            {revoke}
        </section>
    }
}
