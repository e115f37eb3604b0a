//! What stands in a page's place where its data did not come.

use super::{Notice, Problem, Tone};
use crate::lean::plain;
use leptos::prelude::*;

#[component]
pub fn Trouble(problem: Problem) -> impl IntoView {
    let again = problem.passing.then(|| {
        // To where the page stands.
        plain(view! {
            <a class="button" href="">
                "Try again"
            </a>
        })
    });
    plain(
        view! { <Notice tone=Tone::Error title=problem.title text=problem.message action=again/> },
    )
}
