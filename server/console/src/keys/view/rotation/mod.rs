//! Rotations on a key's page: the preceding key, the following key, and the calls with each while
//! both are valid.

mod chart;

use crate::components::Day;
use app::components::{Clock, Notice, Time, Tone};
use app::prelude::*;
use chart::OverlapChart;
use domain::{DisplayTime, KeyId, KeyLink, KeyStatus, LastUse, Overlap, RotationView};

/// Renders the linked keys, for the properties of a key.
pub fn links(rotation: &RotationView, clock: Clock) -> Vec<(&'static str, AnyView)> {
    let old = rotation
        .replaces
        .as_ref()
        .map(|old| ("Replaces", view! { {link(old)} ", " {state(old)} }));
    let new = rotation.replaced_by.as_ref().map(|(new, at)| {
        let at = at.clone();
        let view = view! { {link(new)} ", " <Time moment=at clock=clock/> };
        ("Replaced by", view)
    });
    old.into_iter().chain(new).collect()
}

/// Renders a link to the key that is replacing a live key, and when the old key expires. Returns
/// `None` if the new key no longer works, since the old one can then be rotated again.
pub fn replaced_by(
    rotation: &RotationView,
    status: KeyStatus,
    end: Option<DisplayTime>,
    clock: Clock,
) -> Option<AnyView> {
    let (new, _) = rotation.replaced_by.as_ref()?;
    let end = end.map(|end| view! { ", expires " <Time moment=end clock=clock/> });
    (status.is_live() && new.status.is_live()).then(|| {
        view! { <p class="second">"Replaced by " {link(new)} {end}</p> }
    })
}

/// Renders a link to the key that this one is replacing, and when that key expires.
pub fn replaces(rotation: &RotationView, id: &KeyId, clock: Clock) -> Option<AnyView> {
    let overlap = rotation.overlap.as_ref()?;
    let end = overlap.end.clone();
    let end = end.map(|end| view! { ", which expires " <Time moment=end clock=clock/> });
    (overlap.new.id == *id).then(|| {
        view! { <p class="second">"Replaces " {link(&overlap.old)} {end}</p> }
    })
}

/// Renders a link to a key. Both keys of a rotation have the same name, so the link shows the
/// preview.
pub fn link(key: &KeyLink) -> AnyView {
    view! {
        <a href=format!("/keys/{}", key.id)>
            <code>{key.preview.clone()}</code>
        </a>
    }
}

fn state(key: &KeyLink) -> String {
    key.status.label().to_lowercase()
}

/// Shown while both keys are valid.
#[component]
pub fn OverlapSection(
    overlap: Overlap,
    /// Whether the page is that of the old key.
    is_old: bool,
    may_end: bool,
    clock: Clock,
) -> impl IntoView {
    let end = match overlap.end.clone() {
        None => erase("The old key has no expiration."),
        Some(end) => view! {
            "The old key expires "
            <Time moment=end.clone() clock=clock/>
            " ("
            <Day moment=end/>
            ")."
        },
    };
    let late = overlap.late.then(|| {
        view! {
            <Notice
                tone=Tone::Warning
                title="The old key is still in use and expires soon."
                text="Update the systems below to the new key, or extend the old key's expiration."
            />
        }
    });
    let at = format!("/keys/{}/revoke?reason=replaced", overlap.old.id);
    let end_now = may_end.then(|| {
        view! {
            <a class="button" href=at>
                "Revoke the old key now…"
            </a>
        }
    });
    // The page does not link to itself.
    let own = |key: &KeyLink| view! { <code>{key.preview.clone()}</code> };
    let (new, old) = if is_old {
        (link(&overlap.new), own(&overlap.old))
    } else {
        (own(&overlap.new), link(&overlap.old))
    };
    let caller = caller(overlap.last_old_use.clone(), clock);
    view! {
        <section class="box" aria-labelledby="overlap">
            <h2 id="overlap">"Moving to the new key"</h2>
            {late}
            <p>
                {new}
                " replaces "
                {old}
                ". "
                {end}
            </p>
            <OverlapChart steps=overlap.steps hourly=overlap.hourly/>
            <h3>"Systems still using the old key"</h3>
            <p>{caller}</p>
            {end_now}
        </section>
    }
}

fn caller(last: Option<LastUse>, clock: Clock) -> AnyView {
    let Some(LastUse { at, ip, user_agent }) = last else {
        return erase("None since the rotation.");
    };
    let agent = user_agent.map(|agent| format!(" · {agent}"));
    view! {
        {ip}
        {agent}
        ", last "
        <Time moment=at clock=clock/>
    }
}
