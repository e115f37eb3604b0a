//! Checks the pepper, on which the stored keys depend.

use super::database::{DatabaseState, absolute};
use super::disk::open_to_others;
use super::report::Report;
use crate::cli::pepper::missing;
use crate::pepper_file;
use crate::settings::{ConfiguredPeppers, Database};
use service::store::PepperNeed;
use service::{OldPepperNeed, Pepper, PepperId};
use std::path::Path;
use storage::Inspection;

const SUBJECT: &str = "pepper";

pub fn check(
    report: &mut Report,
    database: &Database,
    configured: &ConfiguredPeppers,
    state: &DatabaseState,
) {
    let read;
    let (pepper, source) = match (configured.current.as_ref(), database) {
        (Some(pepper), _) => (Some(pepper), "VOXUM_PEPPER".to_owned()),
        (None, Database::File(path)) => {
            read = match pepper_file::read(path) {
                Ok(read) => read,
                Err(error) => return report.error(SUBJECT, &format!("{error:#}")),
            };
            let file = pepper_file::path_for(path);
            if read.is_some() {
                check_mode(report, &file);
            }
            (read.as_ref(), absolute(&file))
        }
        (None, Database::Postgres(_)) => {
            return report.error(
                SUBJECT,
                "VOXUM_PEPPER is not set: with PostgreSQL, every node needs the same one",
            );
        }
    };
    let inspection = match state {
        DatabaseState::Inspection(inspection) => inspection,
        DatabaseState::Missing => {
            return match pepper {
                Some(_) => report.ok(
                    SUBJECT,
                    &format!("{source} is set, and there is no API key yet"),
                ),
                None => report_created_later(report, &source),
            };
        }
        DatabaseState::Unknown => {
            let text = match pepper {
                Some(_) => "it cannot be compared with the stored keys",
                None => "there is no pepper, and it is unknown whether keys depend on one",
            };
            return report.warning(
                SUBJECT,
                &format!("{source}: {text} while the database cannot be read"),
            );
        }
    };
    match pepper {
        None if inspection.has_keys => report.error(
            SUBJECT,
            &format!("{source} is missing, and no stored key works without it: restore it"),
        ),
        None => report_created_later(report, &source),
        Some(_) if !inspection.has_keys => {
            report.ok(
                SUBJECT,
                &format!("{source} is set, and there is no API key yet"),
            );
        }
        Some(pepper) if is_stored(inspection, Some(pepper)) => {
            report.ok(
                SUBJECT,
                &format!("{source} is the pepper of the stored keys"),
            );
            check_change(report, inspection, pepper, configured.old.as_ref());
        }
        Some(pepper) if is_stored(inspection, configured.old.as_ref()) => {
            report.warning(
                SUBJECT,
                &format!("{source} replaces VOXUM_PEPPER_OLD once every node runs with both"),
            );
            check_change(report, inspection, pepper, configured.old.as_ref());
        }
        Some(_) => report.error(
            SUBJECT,
            &format!("{source} is not the pepper of the stored keys: restore the right one"),
        ),
    }
}

fn is_stored(inspection: &Inspection, pepper: Option<&Pepper>) -> bool {
    let fingerprint = pepper.map(Pepper::fingerprint);
    fingerprint.is_some() && inspection.pepper_fingerprint == fingerprint
}

/// Reports the progress of a replacement of the pepper.
fn check_change(
    report: &mut Report,
    inspection: &Inspection,
    current: &Pepper,
    old: Option<&Pepper>,
) {
    let (current, old) = (current.id(), old.map(Pepper::id));
    let has_id = |id: &str, pepper: Option<&PepperId>| pepper.is_some_and(|own| own.as_str() == id);
    let need = missing(inspection, |id| {
        has_id(id, Some(&current)) || has_id(id, old.as_ref())
    });
    if need != PepperNeed::default() {
        report.error(SUBJECT, &OldPepperNeed(need).to_string());
    }
    if old.is_none() {
        return;
    }
    let PepperNeed {
        keys,
        factors,
        recovery_codes,
    } = missing(inspection, |id| !has_id(id, old.as_ref()));
    if (keys, factors, recovery_codes) == (0, 0, 0) {
        report.warning(SUBJECT, "VOXUM_PEPPER_OLD is no longer needed: remove it");
    } else {
        let text = format!(
            "keep VOXUM_PEPPER_OLD, which API keys ({keys}), second factors ({factors}) and recovery codes ({recovery_codes}) still \
             need. A key is hashed again when it is used: rotate or revoke unused keys. Members get new \
             recovery codes when they turn their second factor off and on"
        );
        report.warning(SUBJECT, &text);
    }
}

fn report_created_later(report: &mut Report, source: &str) {
    report.warning(
        SUBJECT,
        &format!("there is no pepper at {source} yet: the first start creates it"),
    );
}

/// Reports a secret file that others than its owner may read.
fn check_mode(report: &mut Report, file: &Path) {
    if let Some(mode) = open_to_others(file) {
        let text = format!(
            "{} has mode {mode:o}, so other users can read it: run chmod 600",
            file.display()
        );
        report.error(SUBJECT, &text);
    }
}
