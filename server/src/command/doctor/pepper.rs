//! Checks the pepper, on which the stored keys depend.

use super::database::{Found, absolute};
use super::place::open_to_others;
use super::report::Report;
use crate::command::pepper::missing;
use crate::pepper_file;
use crate::settings::{Database, GivenPeppers};
use service::store::PepperNeed;
use service::{NeedsOldPepper, Pepper, PepperId};
use std::path::Path;
use storage::Look;

const ABOUT: &str = "pepper";

pub fn check(report: &mut Report, database: &Database, given: &GivenPeppers, found: &Found) {
    let read;
    let (pepper, whence) = match (given.current.as_ref(), database) {
        (Some(pepper), _) => (Some(pepper), "VOXUM_PEPPER".to_owned()),
        (None, Database::File(path)) => {
            read = match pepper_file::read(path) {
                Ok(read) => read,
                Err(error) => return report.wrong(ABOUT, &format!("{error:#}")),
            };
            let file = pepper_file::beside(path);
            if read.is_some() {
                check_mode(report, &file);
            }
            (read.as_ref(), absolute(&file))
        }
        (None, Database::Postgres(_)) => {
            return report.wrong(
                ABOUT,
                "VOXUM_PEPPER is not set: with PostgreSQL every node is given the same one",
            );
        }
    };
    let look = match found {
        Found::Look(look) => look,
        Found::Nothing => {
            return match pepper {
                Some(_) => report.well(
                    ABOUT,
                    &format!("{whence} is given, and no key was made yet"),
                ),
                None => made_later(report, &whence),
            };
        }
        Found::Unknown => {
            let text = match pepper {
                Some(_) => "whether the stored keys were made with it cannot be told",
                None => "there is none, and whether keys depend on one cannot be told",
            };
            return report.look(
                ABOUT,
                &format!("{whence}: {text} while the database cannot be read"),
            );
        }
    };
    match pepper {
        None if look.has_keys => report.wrong(
            ABOUT,
            &format!("{whence} is missing, and no stored key works without it: restore it"),
        ),
        None => made_later(report, &whence),
        Some(_) if !look.has_keys => {
            report.well(
                ABOUT,
                &format!("{whence} is given, and no key was made yet"),
            );
        }
        Some(pepper) if is_stored(look, Some(pepper)) => {
            report.well(
                ABOUT,
                &format!("{whence} is the one that the stored keys were made with"),
            );
            check_change(report, look, pepper, given.old.as_ref());
        }
        Some(pepper) if is_stored(look, given.old.as_ref()) => {
            report.look(
                ABOUT,
                &format!(
                    "{whence} takes the place of VOXUM_PEPPER_OLD once every node was started with both"
                ),
            );
            check_change(report, look, pepper, given.old.as_ref());
        }
        Some(_) => report.wrong(
            ABOUT,
            &format!("{whence} is not the one that the stored keys were made with: restore that"),
        ),
    }
}

fn is_stored(look: &Look, pepper: Option<&Pepper>) -> bool {
    let fingerprint = pepper.map(Pepper::fingerprint);
    fingerprint.is_some() && look.pepper_fingerprint == fingerprint
}

/// Reports the progress of a replacement of the pepper.
fn check_change(report: &mut Report, look: &Look, current: &Pepper, old: Option<&Pepper>) {
    let (current, old) = (current.id(), old.map(Pepper::id));
    let is = |id: &str, pepper: Option<&PepperId>| pepper.is_some_and(|own| own.as_str() == id);
    let lost = missing(look, |id| is(id, Some(&current)) || is(id, old.as_ref()));
    if lost != PepperNeed::default() {
        report.wrong(ABOUT, &NeedsOldPepper(lost).to_string());
    }
    if old.is_none() {
        return;
    }
    let PepperNeed {
        keys,
        factors,
        recovery_codes,
    } = missing(look, |id| !is(id, old.as_ref()));
    if (keys, factors, recovery_codes) == (0, 0, 0) {
        report.look(ABOUT, "nothing needs VOXUM_PEPPER_OLD any more: remove it");
    } else {
        let text = format!(
            "keep VOXUM_PEPPER_OLD, which API keys ({keys}), second factors ({factors}) and recovery codes ({recovery_codes}) still \
             need. A key is re-hashed when it is used: rotate or revoke those that are not. Members get new \
             recovery codes by turning their second factor off and on"
        );
        report.look(ABOUT, &text);
    }
}

fn made_later(report: &mut Report, whence: &str) {
    report.look(
        ABOUT,
        &format!("there is none at {whence} yet: the first start makes it"),
    );
}

/// Reports a secret file that others than its owner may read.
fn check_mode(report: &mut Report, file: &Path) {
    if let Some(mode) = open_to_others(file) {
        let text = format!(
            "{} has mode {mode:o}: others than its owner may read it; chmod 600",
            file.display()
        );
        report.wrong(ABOUT, &text);
    }
}
