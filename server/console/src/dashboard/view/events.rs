//! The newest events of the audit log.

use app::components::{Clock, Time};
use app::prelude::*;
use domain::{LatestEvent, Timestamp};

#[component]
pub fn Events(events: Vec<LatestEvent>, now: Timestamp) -> impl IntoView {
    let clock = Clock::start(now);
    let events = events.into_iter().map(|event| {
        let thing = match event.page {
            Some(page) => view! { <a href=page>{event.thing}</a> },
            None => erase(event.thing),
        };
        view! {
            <li>
                <p>{event.what} " " {thing}</p>
                <p class="second small">
                    <Time moment=event.at clock=clock/>
                    " · "
                    {event.who}
                </p>
            </li>
        }
    });
    view! {
        <section class="box" aria-labelledby="events">
            <h2 id="events">"Latest events"</h2>
            <ul class="stack last">{events.collect_view()}</ul>
            <p><a href="/audit">"View audit log"</a></p>
        </section>
    }
}
