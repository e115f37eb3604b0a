//! The first steps of a new account, ticked off as they are completed.

use app::components::{Code, Icon};
use app::prelude::*;
use domain::OnboardingSteps;

#[component]
pub fn Steps(done: OnboardingSteps, may_manage: bool, call: String) -> impl IntoView {
    let count = [done.key, done.call, done.data]
        .into_iter()
        .filter(|done| *done)
        .count();
    let key = if may_manage {
        view! {
            <p>"API keys give your systems access to your data. Create one per system."</p>
            <a class="button primary" href="/keys/new">"Create API Key"</a>
        }
    } else {
        view! {
            <p>"API keys give your systems access to your data. Ask an owner or admin of your account to create one."</p>
        }
    };
    let call = view! {
        <p>"Replace vx_abc123... with your key. The response shows what the key can do."</p>
        <Code id="first-call" text=call/>
    };
    let data = view! {
        <p>
            "Send items or leads through the API"
            {may_manage.then_some(", or import a file of items")}
            ". See " <a href="/inventory">"Inventory"</a> " and " <a href="/leads">"Leads"</a>
            " for examples."
        </p>
    };
    // Only the next step is expanded.
    let next = [done.key, done.call, done.data]
        .iter()
        .position(|done| !done);
    let steps = [
        ("Create an API key", done.key, key),
        ("Send your first request", done.call, call),
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
