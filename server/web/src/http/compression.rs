//! Compression of responses, with random padding.
//!
//! The length of a compressed response depends on all of its content. So an attacker who has a
//! browser request a page again and again with other guesses in its address, and measures the
//! lengths, can find out other content of the page (BREACH). The padding, up to 99 bytes in the
//! header of the gzip format, makes each measurement inexact ("Heal the BREACH"); Django pads its
//! responses in the same way. Which responses may be compressed at all is up to the caller
//! (decision 40).

use super::accept_encoding::Coding;
use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, VARY};
use axum::response::Response;
use flate2::{Compression, GzBuilder};
use futures::{StreamExt as _, stream};
use service::{OsRandom, Random as _};
use std::io::Write as _;

/// Size in bytes below which a response is not compressed: it takes one packet in any case.
const MIN_BYTES: usize = 1_024;

/// Size in bytes above which a response is not compressed, so that no response takes a thread for
/// more than a few milliseconds.
const MAX_BYTES: usize = 1_048_576;

/// Number of lengths that the padding can have, from 0 on.
const PADDINGS: u16 = 100;

/// Level that keeps a list of 50 keys (177 KB) below its bound of 20 KB: it becomes 17.2 KB in
/// 0.75 ms. Level 6 takes 0.92 ms for 16.9 KB, and level 1 takes 0.24 ms for 24.9 KB.
const LEVEL: u32 = 5;

/// Compresses a response in this coding, if it is whole before `MAX_BYTES` are exceeded.
///
/// `may_compress` is called once the whole body has been made. The plain body and the state of the
/// encoder, some 300 KB, are released before the response is sent, so that a slow client holds only
/// the compressed bytes.
pub async fn compress(
    mut response: Response,
    coding: Coding,
    may_compress: impl FnOnce() -> bool,
) -> Response {
    let vary = HeaderValue::from_static("Accept-Encoding");
    response.headers_mut().append(VARY, vary);
    if coding == Coding::Identity || response.headers().contains_key(CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut rest = body.into_data_stream();
    let mut pieces = Vec::new();
    let mut length = 0;
    let is_whole = loop {
        let Some(piece) = rest.next().await else {
            break true;
        };
        length += piece.as_ref().map_or(0, Bytes::len);
        let is_broken = piece.is_err();
        pieces.push(piece);
        if is_broken || length > MAX_BYTES {
            break false;
        }
    };
    let is_large = length >= MIN_BYTES || coding == Coding::GzipOnly;
    if is_whole
        && is_large
        && may_compress()
        && let Some(compressed) = gzip(pieces.iter().flatten())
    {
        let gzip = HeaderValue::from_static("gzip");
        parts.headers.insert(CONTENT_ENCODING, gzip);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::from(compressed));
    }
    let body = Body::from_stream(stream::iter(pieces).chain(rest));
    Response::from_parts(parts, body)
}

/// A public document, which is compressed once. Without padding: it contains nothing that a length
/// could reveal.
pub struct PublicDocument {
    plain: Bytes,
    gzip: Option<Bytes>,
}

impl PublicDocument {
    pub fn new(text: String) -> Self {
        let plain = Bytes::from(text);
        let gzip = write_gzip(GzBuilder::new(), Compression::best(), [&plain].into_iter());
        Self {
            gzip: gzip.map(Bytes::from),
            plain,
        }
    }

    /// Returns the response that contains the document in this coding.
    pub fn response(&self, coding: Coding) -> Response {
        let gzip = self.gzip.clone().filter(|_| coding != Coding::Identity);
        let is_compressed = gzip.is_some();
        let body = gzip.unwrap_or_else(|| self.plain.clone());
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        if is_compressed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

fn gzip<'a>(pieces: impl Iterator<Item = &'a Bytes>) -> Option<Vec<u8>> {
    let padded = GzBuilder::new().filename(padding());
    write_gzip(padded, Compression::new(LEVEL), pieces)
}

fn write_gzip<'a>(
    header: GzBuilder,
    level: Compression,
    pieces: impl Iterator<Item = &'a Bytes>,
) -> Option<Vec<u8>> {
    let mut encoder = header.write(Vec::new(), level);
    for piece in pieces {
        encoder.write_all(piece).ok()?;
    }
    encoder.finish().ok()
}

/// Returns a name of random length for the header of the gzip format, which readers ignore.
fn padding() -> Vec<u8> {
    let mut random = [0; 2];
    OsRandom.fill(&mut random);
    let length = u16::from_ne_bytes(random) % PADDINGS;
    vec![b'a'; length.into()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use Coding::{Gzip, GzipOnly, Identity};
    use flate2::read::GzDecoder;
    use futures::future::ready;
    use http_body_util::BodyExt as _;
    use std::collections::BTreeSet;
    use std::io::{self, Read as _};

    async fn compressed(body: Body, coding: Coding) -> (Option<HeaderValue>, Vec<u8>) {
        let response = compress(Response::new(body), coding, || true).await;
        assert_eq!(response.headers()[VARY], "Accept-Encoding");
        let coding = response.headers().get(CONTENT_ENCODING).cloned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (coding, bytes.into())
    }

    fn decompressed(bytes: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
        plain
    }

    #[tokio::test]
    async fn compressed_body_decompresses_to_the_original() {
        let pieces = ["<p>".repeat(500), String::new(), "</p>".repeat(500)];
        let whole = pieces.concat();
        let pieces = pieces.map(Ok::<_, io::Error>);
        let body = Body::from_stream(stream::iter(pieces));
        let (coding, bytes) = compressed(body, Gzip).await;
        assert_eq!(coding.unwrap(), "gzip");
        assert!(bytes.len() < 200, "{}", bytes.len());
        assert_eq!(decompressed(&bytes), whole.as_bytes());
    }

    #[tokio::test]
    async fn equal_bodies_have_random_lengths() {
        let mut lengths = BTreeSet::new();
        for _ in 0..400 {
            let (_, bytes) = compressed(Body::from("a".repeat(2_000)), Gzip).await;
            lengths.insert(bytes.len());
        }
        let spread = lengths.last().unwrap() - lengths.first().unwrap();
        assert!((80..100).contains(&spread), "{spread}");
        assert!(lengths.len() > 60, "{lengths:?}");
    }

    #[tokio::test]
    async fn small_body_is_compressed_only_if_the_client_refuses_it_otherwise() {
        let small = || Body::from("a".repeat(MIN_BYTES - 1));
        for (body, coding, is_compressed) in [
            (small(), Gzip, false),
            (small(), GzipOnly, true),
            (Body::from("a".repeat(MIN_BYTES)), Gzip, true),
            (Body::from("a".repeat(MIN_BYTES)), Identity, false),
        ] {
            let (header, bytes) = compressed(body, coding).await;
            assert_eq!(header.is_some(), is_compressed, "{coding:?}");
            assert_eq!(bytes.starts_with(b"aaaa"), !is_compressed);
        }
    }

    #[tokio::test]
    async fn body_above_the_limit_is_passed_on_unchanged() {
        let pieces: Vec<_> = (0..5_u8).map(|n| vec![n; MAX_BYTES / 4]).collect();
        let whole = pieces.concat();
        let body = Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, io::Error>)));
        let (coding, bytes) = compressed(body, GzipOnly).await;
        assert_eq!(coding, None);
        assert_eq!(bytes, whole);
        let largest = Body::from(vec![b'a'; MAX_BYTES]);
        let (coding, _) = compressed(largest, Gzip).await;
        assert!(coding.is_some());
    }

    #[tokio::test]
    async fn body_that_breaks_off_is_passed_on_with_its_error() {
        let start = stream::once(ready(Ok("a".repeat(2_000))));
        let error = stream::once(ready(Err(io::Error::other("broken"))));
        let body = Body::from_stream(start.chain(error));
        let response = compress(Response::new(body), Gzip, || true).await;
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
        assert!(response.into_body().collect().await.is_err());
    }

    #[tokio::test]
    async fn public_document_is_compressed_once_and_not_padded() {
        let text = "{}".repeat(2_000);
        let document = PublicDocument::new(text.clone());
        let body = async |coding| {
            let response = document.response(coding);
            assert_eq!(response.headers()[VARY], "Accept-Encoding");
            let is_compressed = response.headers().contains_key(CONTENT_ENCODING);
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            (is_compressed, bytes)
        };
        assert_eq!(body(Identity).await, (false, text.clone().into()));
        let (is_compressed, bytes) = body(Gzip).await;
        assert!(is_compressed);
        assert_eq!(decompressed(&bytes), text.as_bytes());
        for coding in [Gzip, GzipOnly] {
            let (_, again) = body(coding).await;
            assert_eq!(again.as_ptr(), bytes.as_ptr(), "{coding:?}");
        }
    }

    #[tokio::test]
    async fn forbidden_body_is_passed_on_unchanged() {
        let body = Body::from("a".repeat(2_000));
        let response = compress(Response::new(body), GzipOnly, || false).await;
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes, "a".repeat(2_000));
    }
}
