//! `POST /setup/{token}`

use crate::backend::failure;
use crate::fields::Fields;
use crate::render::with_status;
use crate::return_path::HOME;
use crate::{FormRequest, cookies, page, render, see_other};
use app::request::{FormAnswer, LinkPage};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::Failure;
use service::SetupForm;
use web::AppState;
use web::http::Segment;

/// Redeems the link, and signs its holder in.
pub async fn setup(
    State(state): State<AppState>,
    Segment(token): Segment,
    uri: Uri,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let token = token.unwrap_or_default();
    // The link is read first: an expired link answers 404 whatever the form contains, and the page
    // needs its purpose.
    let link = match state.services.links.find(&token).await {
        Ok(view) => page::link_page(view),
        Err(error) => return page::link(page::link_error(&state, &visitor, error).await),
    };
    let form = SetupForm {
        account_name: fields.text("account_name"),
        email: fields.text("email"),
        password: fields.secret("password"),
    };
    let (account_name, email) = (form.account_name.clone(), form.email.clone());
    match state
        .services
        .links
        .redeem(&token, form, &visitor.client)
        .await
    {
        Ok(None) => page::link(visitor.redirect_with_flash(&state, "/sign-in", "link")),
        Ok(Some(session)) => {
            visitor.end_session(&state).await;
            let mut response = see_other(HOME);
            cookies::set_session(&mut response, &state.public_url, session.expose());
            page::link(response)
        }
        Err(error) => {
            let failure = match failure(error, &visitor.request_id) {
                // Another request has redeemed the link in the meantime.
                Failure::NotFound => {
                    return page::link(
                        page::link_error(&state, &visitor, Failure::NotFound.into()).await,
                    );
                }
                failure => failure,
            };
            let answer = match &link {
                LinkPage::Reset { .. } | LinkPage::Invitation { .. } => FormAnswer::Reset {
                    failure: failure.clone(),
                },
                LinkPage::FirstOwner | LinkPage::NewAccount { .. } => FormAnswer::Setup {
                    account_name,
                    email,
                    failure: failure.clone(),
                },
            };
            let page = render::link(&state, &visitor, uri.path(), link, Some(answer)).await;
            page::link(with_status(page, &failure))
        }
    }
}
