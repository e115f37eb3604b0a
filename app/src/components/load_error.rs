//! Replacement for a page whose data could not be loaded.

use super::{Notice, Problem, Tone};
use crate::prelude::*;

#[component]
pub fn LoadError(problem: Problem) -> impl IntoView {
    let again = problem.passing.then(|| {
        // An empty address links to the current page.
        view! {
            <a class="button" href="">
                "Try again"
            </a>
        }
    });
    view! { <Notice tone=Tone::Error title=problem.title text=problem.message action=again/> }
}
