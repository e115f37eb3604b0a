//! Chooses the field that takes the focus when the server responds to a form with errors.

use crate::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether an invalid field of the page that is being rendered has already taken the focus. The
/// root provides one for each page.
#[derive(Clone, Default)]
pub struct FirstInvalidField(Arc<AtomicBool>);

/// Returns whether a field being rendered takes the focus: the first invalid field of its page
/// does.
///
/// The fields of a page are rendered in reading order. In the browser, the code that submitted the
/// form moves the focus.
pub fn takes_focus(error: Signal<Option<String>>) -> bool {
    cfg!(feature = "ssr")
        && error.with_untracked(Option::is_some)
        && use_context::<FirstInvalidField>()
            .is_some_and(|fault| !fault.0.swap(true, Ordering::Relaxed))
}
