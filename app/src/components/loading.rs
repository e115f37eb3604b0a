//! What stands in a page's place while its data is on the way, and when it does not come.

use super::{Notice, Problem, Tone};
use crate::lean::{on, plain};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// Grey lines where rows will be.
#[component]
pub fn Waiting() -> impl IntoView {
    plain(view! {
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
    let again = problem.passing.then(|| {
        plain(view! {
            <button
                type="button"
                class="button needs-script"
                on:click=on(move |_: MouseEvent| retry.run(()))
            >
                "Try again"
            </button>
        })
    });
    plain(
        view! { <Notice tone=Tone::Error title=problem.title text=problem.message action=again/> },
    )
}
