//! The pepper, which the stored keys depend on.

use super::database::{Found, absolute};
use super::place::open_to_others;
use super::report::Report;
use crate::pepper_file;
use crate::settings::Database;
use service::Pepper;
use std::path::Path;

const ABOUT: &str = "pepper";

pub fn check(report: &mut Report, database: &Database, given: Option<&Pepper>, found: &Found) {
    let read;
    let (pepper, whence) = match (given, database) {
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
        Some(pepper) if look.pepper_fingerprint.as_ref() == Some(&pepper.fingerprint()) => {
            report.well(
                ABOUT,
                &format!("{whence} is the one that the stored keys were made with"),
            );
        }
        Some(_) => report.wrong(
            ABOUT,
            &format!("{whence} is not the one that the stored keys were made with: restore that"),
        ),
    }
}

fn made_later(report: &mut Report, whence: &str) {
    report.look(
        ABOUT,
        &format!("there is none at {whence} yet: the first start makes it"),
    );
}

/// Whether anybody but its owner may read a secret file.
fn check_mode(report: &mut Report, file: &Path) {
    if let Some(mode) = open_to_others(file) {
        let text = format!(
            "{} has mode {mode:o}: others than its owner may read it; chmod 600",
            file.display()
        );
        report.wrong(ABOUT, &text);
    }
}
