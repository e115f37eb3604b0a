//! `POST /theme`

use crate::fields::Preferences;
use crate::return_path::same_site;
use crate::{cookies, see_other};
use app::request::Theme;
use axum::response::Response;

/// Stores the choice in a cookie, which needs no session.
pub async fn theme(Preferences(fields): Preferences) -> Response {
    let mut response = see_other(same_site(&fields.text("next")));
    cookies::set_theme(&mut response, Theme::parse(&fields.text("theme")));
    response
}
