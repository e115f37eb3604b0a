//! Loads the code of the dialogs.
#![expect(
    clippy::unnecessary_wraps,
    reason = "the macro adds the errors of loading"
)]

use super::{Render, render};
use leptos::wasm_split::{SplitLoaderError, wasm_split};

/// Returns `render`. The code that only this function reaches is in a separate file, which the
/// macro loads first.
#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn load() -> Result<Render, SplitLoaderError> {
    Ok(render)
}
