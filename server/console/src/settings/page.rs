//! Data of the Settings page.

use domain::{Emergency, RateLimit, SettingsPage};
use service::{Member, SettingsOverview, settings_form};
use web::words::time::display_time;

pub fn settings(overview: SettingsOverview, member: &Member) -> SettingsPage {
    SettingsPage {
        settings: settings_form(&overview.settings),
        may_change: member.role().may_manage_account(),
        emergency: overview.emergency.map(|emergency| Emergency {
            stopped: (emergency.stopped).map(|at| display_time(at, member.time_zone())),
            live: emergency.live,
            account_name: member.view().account_name.to_string(),
        }),
        quotas: overview.quotas,
        calls_per_second: overview.account_limit.map(RateLimit::per_second),
    }
}
