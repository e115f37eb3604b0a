//! Which field of a refused form takes the focus when the server answers with the form's page.

use leptos::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a faulty field of the page that is being drawn has the focus already. The server provides one for each page.
#[derive(Clone, Default)]
pub struct FirstFault(Arc<AtomicBool>);

/// Whether a field that is drawn now takes the focus: if it is faulty, and the first such field of its page. The fields of
/// a page are drawn in the order in which people read them. In the browser, whatever sent the form moves the focus.
pub fn takes_focus(error: Signal<Option<String>>) -> bool {
    cfg!(feature = "ssr")
        && error.with_untracked(Option::is_some)
        && use_context::<FirstFault>().is_some_and(|fault| !fault.0.swap(true, Ordering::Relaxed))
}
