//! `POST /sign-in/code`

use super::{Step, open_session, refuse, set_session, show};
use crate::backend::failure;
use crate::fields::Fields;
use crate::return_path::{same_site, sign_in_url};
use crate::{FormRequest, see_other};
use axum::response::Response;
use domain::{Failure, ShownSecret};
use service::OpenedSession;

/// Completes a sign-in with a code. If the first step has expired, the sign-in starts again.
pub async fn sign_in_code(request: FormRequest<Fields>) -> Response {
    let fields = &request.body;
    let (step, next) = (fields.secret("step"), fields.text("next"));
    let next = same_site(&next);
    let ask = |recovery, failure| Step::Code {
        step: ShownSecret::new(step.to_string()),
        next: next.to_owned(),
        recovery,
        failure,
    };
    // A button that asks for the other kind of code submits no code.
    let method = fields.text("ask");
    if !method.is_empty() {
        return show(&request, ask(method == "recovery", None)).await;
    }
    let (sessions, client) = (&request.state.services.sessions, &request.visitor.client);
    let opened = sessions
        .finish_sign_in(&step, &fields.secret("code"), client)
        .await;
    match opened.map_err(|error| failure(error, &request.visitor.request_id)) {
        Ok(OpenedSession {
            token,
            recovery_codes_left: Some(left),
        }) => {
            // Only this page reports the number, since `next` can be any page of the console.
            let next = next.to_owned();
            let page = show(&request, Step::RecoveryCodeUsed { left, next }).await;
            set_session(&request.state, &request.visitor, token.expose(), page).await
        }
        Ok(OpenedSession { token, .. }) => {
            open_session(&request.state, &request.visitor, token.expose(), next).await
        }
        Err(Failure::SignedOut) => see_other(&sign_in_url(next)),
        Err(failure) => {
            let recovery = !fields.text("recovery").is_empty();
            refuse(&request, &failure, ask(recovery, Some(failure.clone()))).await
        }
    }
}
