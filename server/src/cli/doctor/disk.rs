//! Checks the folder of the data: its permissions and its free space.

use super::report::Report;
use crate::settings::Database;
use service::reserve;
use service::store::DiskSpace;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const SUBJECT: &str = "data folder";
const MEBIBYTE: u64 = 1024 * 1024;
/// Free space below which a warning is due although the reserve is not used.
const LOW_SPACE: u64 = 1024 * MEBIBYTE;

/// Returns the file's mode if others than its owner have any access.
pub fn open_to_others(path: &Path) -> Option<u32> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

pub fn check(report: &mut Report, database: &Database, reserve: Option<u64>) {
    let Database::File(file) = database else {
        return;
    };
    let Ok(file) = std::path::absolute(file) else {
        return;
    };
    if let Some(mode) = open_to_others(&file) {
        let text = format!(
            "{} has mode {mode:o}, so other users can read it: run chmod 600",
            file.display()
        );
        report.error(SUBJECT, &text);
    }
    // Before the first start, this is the nearest folder that exists.
    let Some(folder) = file.ancestors().skip(1).find(|folder| folder.exists()) else {
        return;
    };
    match rustix::fs::access(folder, rustix::fs::Access::WRITE_OK) {
        Ok(()) => report.ok(SUBJECT, &format!("{} can be written", folder.display())),
        Err(error) => report.error(
            SUBJECT,
            &format!("{} cannot be written: {error}", folder.display()),
        ),
    }
    let Ok(space) = rustix::fs::statvfs(folder) else {
        return report.warning("disk", "the free space cannot be read");
    };
    let disk = DiskSpace {
        free: space.f_bavail.saturating_mul(space.f_frsize),
        total: space.f_blocks.saturating_mul(space.f_frsize),
    };
    let size = std::fs::metadata(&file).map_or(0, |file| file.len());
    report_free_space(report, disk.free, size, reserve::bytes(reserve, disk));
}

fn report_free_space(report: &mut Report, free: u64, size: u64, reserve: u64) {
    let text = format!("{} MiB are free", free / MEBIBYTE);
    if free < reserve {
        let reserve = reserve / MEBIBYTE;
        report.error(
            "disk",
            &format!("{text}, which is less than the reserve of {reserve} MiB, so feeds and leads are rejected: free some space"),
        );
    } else if free < size {
        let size = size / MEBIBYTE;
        report.warning(
            "disk",
            &format!("{text}, and the data takes {size} MiB: a backup does not fit beside it"),
        );
    } else if free < LOW_SPACE {
        report.warning("disk", &format!("{text}, which is not much"));
    } else {
        report.ok("disk", &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_below_the_reserve_is_an_error_and_little_free_space_a_warning() {
        for (free, size, errors, warnings) in [
            (10, 1, 1, 0),
            (255, 1, 1, 0),
            (256, 1, 0, 1),
            (9_000, 1, 0, 0),
            (9_000, 20_000, 0, 1),
        ] {
            let mut report = Report::default();
            let (free, size) = (free * MEBIBYTE, size * MEBIBYTE);
            report_free_space(&mut report, free, size, 256 * MEBIBYTE);
            assert_eq!(
                (report.errors, report.warnings),
                (errors, warnings),
                "{free}"
            );
        }
    }
}
