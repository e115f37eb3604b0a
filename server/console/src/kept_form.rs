//! Forms that are sent after the session has ended: the member gets what they typed back once they
//! have signed in again. It is only shown, as a form that was refused, and never applied.
//!
//! 1. The page of such a form contains its owner (`FormOwner`): the member for whom it is rendered,
//!    with a MAC under the session's token. The browser still sends that token after the session
//!    has ended, although the database no longer knows whose it was.
//! 2. A handler declares by `sender_or_keep` that its form contains no secret. Without a session,
//!    the form is kept in memory under a MAC of the token, which the browser gets as a cookie. So
//!    each ended session has at most one form, and another browser cannot name it.
//! 3. If the same member opens the page of the form, `Visit::kept` takes the form, once.
//!
//! On another node, for another member, and after signing out in another tab, the form is empty.

use super::Visitor;
use super::session_mac::session_mac;
use domain::MemberId;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use web::AppState;
use web::kept_forms::{FieldValues, KeptForm};

/// Name of the field that contains the owner.
pub const OWNER: &str = "owner";

/// Returns the member for whom a page is rendered, with a MAC. It is not a credential: it only
/// limits who sees the form again.
pub fn owner(state: &AppState, visitor: &Visitor) -> Option<String> {
    let (member, token) = (visitor.member.as_ref()?, visitor.token.as_ref()?);
    let id = member.id().as_str();
    let code = owner_mac(state, token, id).finalize().into_bytes();
    Some(format!("{id}:{}", hex::encode(code)))
}

/// Returns the MAC of an owner. Clients may choose a token, but do not know the server's secret.
fn owner_mac(state: &AppState, token: &str, id: &str) -> Hmac<Sha256> {
    session_mac(token, "form owner", id).chain_update(state.kept_forms.secret())
}

/// Returns the owner of a form, if this server wrote it in the session of this token.
fn verified_owner(state: &AppState, fields: &FieldValues, token: &str) -> Option<MemberId> {
    let (_, owner) = fields.iter().find(|(name, _)| name == OWNER)?;
    let (id, code) = owner.split_once(':')?;
    let code = hex::decode(code).ok()?;
    owner_mac(state, token, id).verify_slice(&code).ok()?;
    MemberId::parse(id).ok()
}

/// Keeps a form that was sent without a session, from the page at this path. Returns the id under
/// which it is kept, or `None` if it cannot be kept.
pub fn keep(
    state: &AppState,
    visitor: &Visitor,
    page: &str,
    fields: &FieldValues,
) -> Option<String> {
    let token = visitor.token.as_ref()?;
    let member = verified_owner(state, fields, token)?;
    let id = session_mac(token, "kept form", "").finalize().into_bytes();
    let id = hex::encode(id);
    let form = KeptForm {
        id: id.clone(),
        member,
        page: page.to_owned(),
        fields: fields.clone(),
    };
    let now = state.services.clock.now();
    state.kept_forms.keep(form, now).then_some(id)
}
