//! The first steps of a new account, ticked off as they are completed.

use crate::components::{Code, Icon};
use crate::prelude::*;
use domain::OnboardingSteps;

#[component]
pub fn Steps(done: OnboardingSteps, may_manage: bool, call: String) -> impl IntoView {
    let count = [done.key, done.call, done.data]
        .into_iter()
        .filter(|done| *done)
        .count();
    let key = if may_manage {
        view! {
            <p>"A key is how a system of yours proves that it may see or change your data. Give each system its own."</p>
            <a class="button primary" href="/keys/new">"Create API Key"</a>
        }
    } else {
        view! {
            <p>"A key is how a system of yours proves that it may see or change your data. An owner or admin of your account creates it."</p>
        }
    };
    let call = view! {
        <p>"Put your key in the place of the one in this line. The answer tells what the key may do."</p>
        <Code id="first-call" text=call/>
    };
    let data = view! {
        <p>
            "Have your systems send items or leads by API"
            {may_manage.then_some(", or send a file of items")}
            ". The " <a href="/inventory">"Inventory"</a> " and " <a href="/leads">"Leads"</a>
            " pages show how."
        </p>
    };
    // Only the next step is expanded.
    let next = [done.key, done.call, done.data]
        .iter()
        .position(|done| !done);
    let steps = [
        ("Create an API key", done.key, key),
        ("Make the first call", done.call, call),
        ("Send your data", done.data, data),
    ];
    let steps = steps
        .into_iter()
        .enumerate()
        .map(|(index, (title, done, how))| {
            let mark = if done {
                view! { <Icon name="#i-check"/> <span class="visually-hidden">"Done: "</span> }
            } else {
                view! { <span aria-hidden="true">{index + 1}</span> }
            };
            let open = next == Some(index);
            view! {
                <li data-done=done.then_some("") aria-current=open.then_some("step")>
                    <h3>
                        <span class="mark">{mark}</span>
                        {title}
                    </h3>
                    {(!done).then(|| view! { <div>{how}</div> })}
                </li>
            }
        });
    view! {
        <section class="box first" aria-labelledby="first">
            <h2 id="first">"Connect your first system"</h2>
            <p class="second">{format!("{count} of 3 steps done")}</p>
            <ol>{steps.collect_view()}</ol>
        </section>
    }
}
