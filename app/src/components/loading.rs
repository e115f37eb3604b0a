//! What stands in a page's place while its data is on the way, and when it does not come.

use super::{Notice, Problem, Tone};
use crate::whole::whole;
use leptos::prelude::*;

/// Grey lines where rows will be.
#[component]
pub fn Waiting() -> impl IntoView {
    whole(view! {
        <div class="waiting" aria-busy="true">
            <p class="visually-hidden">"Loading…"</p>
            <div></div>
            <div></div>
            <div></div>
        </div>
    })
}

/// The data did not come.
#[component]
pub fn Trouble(problem: Problem, retry: Callback<()>) -> impl IntoView {
    whole(view! {
        <Notice tone=Tone::Error title=problem.title text=problem.message>
            {problem
                .passing
                .then(|| {
                    view! {
                        <button type="button" class="button needs-script" on:click=move |_| retry.run(())>
                            "Try again"
                        </button>
                    }
                })}
        </Notice>
    })
}
