//! A message next to what it is about.

use super::Icon;
use crate::prelude::*;

/// Severity of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Info,
    /// Confirmation of a change.
    Success,
    Warning,
    Error,
}

impl Tone {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Info => "#i-info",
            Self::Success => "#i-check",
            Self::Warning | Self::Error => "#i-alert",
        }
    }
}

/// A notice. Screen readers announce an error as soon as it appears.
#[component]
pub fn Notice(
    tone: Tone,
    #[prop(into)] text: String,
    #[prop(optional)] title: Option<&'static str>,
    /// An action that the reader can take.
    #[prop(optional_no_strip, into)]
    action: Option<AnyView>,
    /// Takes the focus when the page loads.
    #[prop(optional)]
    focus: bool,
) -> impl IntoView {
    view! {
        <div
            class="notice"
            data-tone=tone.as_str()
            role=(tone == Tone::Error).then_some("alert")
            tabindex=focus.then_some("-1")
            autofocus=focus
        >
            <Icon name=tone.icon()/>
            <div>
                {title.map(|title| view! { <strong>{title}</strong> })}
                <p>{text}</p>
                {action}
            </div>
        </div>
    }
}
