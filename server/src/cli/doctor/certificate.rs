//! Checks the TLS certificate and the date on which it expires.

use super::report::Report;
use domain::seconds;
use service::Clock;
use std::path::Path;
use time::macros::format_description;
use time::{PrimitiveDateTime, UtcDateTime};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use web::http::listen::Tls;

const SUBJECT: &str = "certificate";
/// Remaining days below which the certificate should already have been renewed.
const WARNING_DAYS: i64 = 14;

pub fn check(report: &mut Report, cert: &Path, key: &Path, clock: &dyn Clock) {
    if let Err(error) = Tls::read(cert, key) {
        return report.error(SUBJECT, &error.to_string());
    }
    let first = CertificateDer::from_pem_file(cert).ok();
    let Some(end) = first.and_then(|first| expiry(&first)) else {
        return report.warning(SUBJECT, "its expiry date cannot be read");
    };
    let remaining = end.unix_timestamp() - clock.now().millis() / 1_000;
    let day = end.date();
    match remaining / seconds::DAY {
        _ if remaining <= 0 => report.error(SUBJECT, &format!("it expired on {day}: renew it")),
        days if days < WARNING_DAYS => report.warning(
            SUBJECT,
            &format!("it expires on {day}, in {days} days: renew it"),
        ),
        days => report.ok(SUBJECT, &format!("it expires on {day}, in {days} days")),
    }
}

/// Returns the `notAfter` of a certificate: <https://www.rfc-editor.org/rfc/rfc5280#section-4.1>.
///
/// Nothing else of the certificate is read here, so a complete X.509 parser would be out of
/// proportion.
fn expiry(certificate: &[u8]) -> Option<UtcDateTime> {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xa0;
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let (certificate, _) = part(certificate, SEQUENCE)?;
    let (mut fields, _) = part(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = part(fields, VERSION)?.1;
    }
    // Serial number, signature algorithm and issuer.
    for _ in 0..3 {
        fields = part(fields, *fields.first()?)?.1;
    }
    let (validity, _) = part(fields, SEQUENCE)?;
    let (_, after) = part(validity, *validity.first()?)?;
    let kind = *after.first()?;
    let text = std::str::from_utf8(part(after, kind)?.0).ok()?;
    let text = match kind {
        // This type has years of two digits, up to 2049.
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let form = format_description!("[year][month][day][hour][minute][second]Z");
    Some(PrimitiveDateTime::parse(&text, form).ok()?.as_utc())
}

/// Returns the content of the next DER value, if it has that type, and the bytes after it.
fn part(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let [tag, length, rest @ ..] = bytes else {
        return None;
    };
    if *tag != kind {
        return None;
    }
    let (length, rest) = match *length {
        short @ 0..=0x7f => (usize::from(short), rest),
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let fold = |sum: usize, digit: &u8| (sum << 8) | usize::from(*digit);
            (digits.iter().fold(0, fold), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_of_a_certificate_is_read() {
        let cert = include_bytes!("../../../tests/binary/tls/cert.pem");
        let cert = CertificateDer::from_pem_slice(cert).unwrap();
        let end = expiry(&cert).unwrap();
        assert_eq!(end.to_string(), "2126-10-30 20:06:50.0 +00");
        for length in 0..cert.len() {
            let _ = expiry(&cert[..length]);
        }
        assert_eq!(expiry(&cert[..100]), None);
    }
}
