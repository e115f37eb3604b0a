//! Data of a member's own page.

use crate::components::session_row;
use domain::{AccountPage, Timestamp, WrongCodes};
use service::{Member, OwnAccess};
use web::words::time::display_time;

pub fn account(access: OwnAccess, member: &Member, now: Timestamp) -> AccountPage {
    let (view, zone) = (member.view(), member.time_zone());
    let sessions = access.sessions.into_iter();
    AccountPage {
        email: view.email,
        role: view.role,
        now: display_time(now, zone),
        sessions: sessions
            .map(|session| session_row(session.record, session.is_current, zone))
            .collect(),
        recovery_codes: access.recovery_codes,
        factor_required: access.factor_required,
        wrong_codes: access.wrong_codes.map(|warning| WrongCodes {
            at: display_time(warning.at, zone),
            ip: warning.ip.to_string(),
        }),
    }
}
