//! A name and its value, in a list of facts.

use app::prelude::*;

/// Renders a name with its value, as a part of a `dl`.
pub fn fact(name: impl Into<String>, value: AnyView) -> AnyView {
    let name = name.into();
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
}
