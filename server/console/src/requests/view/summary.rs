//! The numbers of requests, above the list of those that were rejected.

use app::prelude::*;

/// Renders the numbers, with links to the pages that count accepted requests. The script of an open
/// list replaces this.
pub fn summary(sentence: String) -> AnyView {
    view! {
        <p class="summary">
            <strong>{sentence}</strong>
            " Requests that match none of your keys are neither counted nor listed. Only rejected requests are listed here. Accepted ones are counted on the "
            <a href="/">"Dashboard"</a>
            " and on the page of "
            <a href="/keys">"each key"</a>
            "."
        </p>
    }
}
