//! The permissions of a key and when each was last used.

use crate::components::{Clock, Time};
use crate::prelude::*;
use domain::{KeyId, ScopeRow};

pub fn scopes(id: &KeyId, scopes: Vec<ScopeRow>, may_change: bool, clock: Clock) -> AnyView {
    // Removing the last permission disables the key, and a member who wants that should revoke it
    // explicitly.
    let several = scopes.len() > 1;
    let rows = scopes.into_iter().map(|row| {
        let name = row.scope.as_str();
        let ask = row.idle_days.filter(|_| may_change && several).map(|days| {
            view! {
                <p class="idle">
                    {format!("{name} unused for {days} days: ")}
                    <a href=format!("/keys/{id}/edit")>"remove?"</a>
                </p>
            }
        });
        let last = match row.last {
            Some(last) => view! { <Time moment=last clock=clock/> },
            None => view! { <span class="second">"Not used yet"</span> },
        };
        view! {
            <div>
                <dt><code>{name}</code></dt>
                <dd>
                    {last}
                    {ask}
                </dd>
            </div>
        }
    });
    view! {
        <section class="part" aria-labelledby="scopes">
            <h2 id="scopes">"Last use of each permission"</h2>
            <dl class="facts">{rows.collect_view()}</dl>
        </section>
    }
}
