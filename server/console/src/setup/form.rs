//! `POST /setup/{token}`

use super::show;
use super::view::{Typed, default_zone};
use crate::backend::failure;
use crate::fields::Fields;
use crate::refused::Refused;
use crate::render::with_status;
use crate::return_path::HOME;
use crate::{FormRequest, cookies, see_other};
use axum::http::Uri;
use axum::response::Response;
use domain::Failure;
use service::SetupForm;
use web::http::Segment;

/// Redeems the link, and signs its holder in.
pub async fn setup(Segment(token): Segment, uri: Uri, request: FormRequest<Fields>) -> Response {
    let FormRequest {
        state,
        visitor,
        body: fields,
        ..
    } = request;
    let token = token.unwrap_or_default();
    // The link is read first: an expired link answers 404 whatever the form contains, and the page
    // needs its purpose.
    let link = match state.services.links.find(&token).await {
        Ok(view) => show::link_page(view),
        Err(error) => return show::link_error(&state, &visitor, error).await,
    };
    // The page always sends a currency and a time zone. Programs that set up an account with curl
    // do not send them, so a missing field is accepted and means USD or UTC. An empty one is
    // invalid.
    let form = SetupForm {
        account_name: fields.text("account_name"),
        currency: fields.has("currency").then(|| fields.text("currency")),
        time_zone: fields.has("time_zone").then(|| fields.text("time_zone")),
        email: fields.text("email"),
        password: fields.secret("password"),
    };
    let typed = Typed {
        account_name: form.account_name.clone(),
        currency: form.currency.clone().unwrap_or_default(),
        time_zone: form.time_zone.clone().unwrap_or_else(default_zone),
        email: form.email.clone(),
    };
    let redeemed = state
        .services
        .links
        .redeem(&token, form, &visitor.client)
        .await;
    match redeemed.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(None) => show::hide_address(visitor.redirect_with_flash(&state, "/sign-in", "link")),
        Ok(Some(session)) => {
            visitor.end_session(&state).await;
            let mut response = see_other(HOME);
            cookies::set_session(&mut response, &state.public_url, session.expose());
            show::hide_address(response)
        }
        // Another request has redeemed the link in the meantime.
        Err(Failure::NotFound) => {
            show::link_error(&state, &visitor, Failure::NotFound.into()).await
        }
        Err(failure) => {
            let refused = Some(Refused {
                form: typed,
                failure: failure.clone(),
            });
            let page = show::page(&state, &visitor, uri.path(), link, refused).await;
            with_status(page, &failure)
        }
    }
}
