//! Data of a member's own page.

use domain::{AccountPage, SessionRow, Timestamp, WrongCodes};
use service::{Member, OwnAccess, OwnSession, Zone};
use web::words::browser::browser_name;
use web::words::time::display_time;

pub fn account(access: OwnAccess, member: &Member, now: Timestamp) -> AccountPage {
    let (view, zone) = (member.view(), member.time_zone());
    let sessions = access.sessions.into_iter();
    AccountPage {
        email: view.email,
        role: view.role,
        now: display_time(now, zone),
        sessions: sessions.map(|session| row(session, zone)).collect(),
        recovery_codes: access.recovery_codes,
        factor_required: access.factor_required,
        wrong_codes: access.wrong_codes.map(|warning| WrongCodes {
            at: display_time(warning.at, zone),
            ip: warning.ip.to_string(),
        }),
    }
}

fn row(session: OwnSession, zone: &Zone) -> SessionRow {
    let OwnSession {
        id,
        record,
        is_current,
    } = session;
    SessionRow {
        id,
        opened: display_time(record.created_at, zone),
        last_seen: display_time(record.last_seen_at, zone),
        ip: record.ip.map(|ip| ip.to_string()),
        browser: record
            .user_agent
            .map(|text| browser_name(&text).unwrap_or(text)),
        is_current,
    }
}
