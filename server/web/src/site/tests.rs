use super::*;
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};

const MANIFEST: &[u8] = br#"{
    "fingerprint": "f",
    "assets": { "js": "pkg/console.1.js", "wasm": "pkg/console.2.wasm", "css": "pkg/console.3.css",
                "script": "pkg/console.4.js" },
    "files": [
        { "path": "favicon.svg", "content_type": "image/svg+xml", "immutable": false, "digest": "aa",
          "raw": 4, "gzip": 4, "br": null },
        { "path": "pkg/console.2.wasm", "content_type": "application/wasm", "immutable": true, "digest": "bb",
          "raw": 4, "gzip": 4, "br": 2 }
    ]
}"#;

static FILES: &[(&str, &[u8])] = &[
    ("favicon.svg", b"icon"),
    ("favicon.svg.gz", b"gzip"),
    ("manifest.json", MANIFEST),
    ("pkg/console.2.wasm", b"wasm"),
    ("pkg/console.2.wasm.br", b"br"),
    ("pkg/console.2.wasm.gz", b"gzip"),
];

fn embedded() -> Site {
    Site::of_table(FILES).unwrap()
}

fn accepting(codings: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(codings))])
}

fn get(site: &Site, path: &str, headers: &HeaderMap) -> Response {
    site.serve(&Method::GET, path, headers).unwrap()
}

fn header(response: &Response, name: axum::http::HeaderName) -> Option<&str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

async fn body(response: Response) -> Bytes {
    axum::body::to_bytes(response.into_body(), 1_000)
        .await
        .unwrap()
}

#[tokio::test]
async fn hashed_file_is_served_in_its_smallest_encoding_and_cached_forever() {
    let response = get(&embedded(), "/pkg/console.2.wasm", &accepting("gzip, br"));
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CONTENT_TYPE), Some("application/wasm"));
    assert_eq!(header(&response, CONTENT_ENCODING), Some("br"));
    assert_eq!(header(&response, CONTENT_LENGTH), Some("2"));
    assert_eq!(header(&response, VARY), Some("Accept-Encoding"));
    assert_eq!(
        header(&response, CACHE_CONTROL),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(body(response).await, "br");
}

#[tokio::test]
async fn client_that_accepts_no_encoding_receives_the_file_uncompressed() {
    let response = get(&embedded(), "/pkg/console.2.wasm", &HeaderMap::new());
    assert_eq!(header(&response, CONTENT_ENCODING), None);
    assert_eq!(header(&response, VARY), Some("Accept-Encoding"));
    assert_eq!(body(response).await, "wasm");
}

#[tokio::test]
async fn public_file_is_cached_for_an_hour_and_then_revalidated_by_its_entity_tag() {
    let site = embedded();
    let mut headers = accepting("br, gzip");
    let response = get(&site, "/favicon.svg", &headers);
    assert_eq!(
        header(&response, CACHE_CONTROL),
        Some("public, max-age=3600")
    );
    assert_eq!(header(&response, CONTENT_ENCODING), Some("gzip"));
    let etag = header(&response, ETAG).unwrap().to_owned();
    assert_eq!(body(response).await, "gzip");

    headers.insert(IF_NONE_MATCH, etag.parse().unwrap());
    let response = get(&site, "/favicon.svg", &headers);
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&response, ETAG), Some(etag.as_str()));
    assert_eq!(
        header(&response, CACHE_CONTROL),
        Some("public, max-age=3600")
    );
    assert_eq!(header(&response, VARY), Some("Accept-Encoding"));
    assert_eq!(header(&response, CONTENT_TYPE), None);
    assert!(body(response).await.is_empty());

    // The other encoding is another representation.
    headers.remove(ACCEPT_ENCODING);
    assert_eq!(
        get(&site, "/favicon.svg", &headers).status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn head_request_returns_the_same_headers_without_a_body() {
    let path = "/pkg/console.2.wasm";
    let response = embedded()
        .serve(&Method::HEAD, path, &accepting("br"))
        .unwrap();
    assert_eq!(header(&response, CONTENT_LENGTH), Some("2"));
    assert!(body(response).await.is_empty());
}

#[test]
fn other_methods_are_not_handled_by_the_site() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        assert!(
            embedded()
                .serve(&method, "/favicon.svg", &HeaderMap::new())
                .is_none()
        );
    }
}

#[test]
fn only_listed_files_are_served() {
    let folder = on_disk();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    for site in [
        embedded(),
        Site::from_dir(folder.path().join("site")).unwrap(),
    ] {
        for path in [
            "/",
            "",
            "favicon.svg",
            "//favicon.svg",
            "/favicon.svg/",
            "/favicon.svg.gz",
            "/manifest.json",
            "/pkg",
            "/pkg/",
            "/pkg/../favicon.svg",
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/pkg/../../secret.txt",
        ] {
            let response = site.serve(&Method::GET, path, &HeaderMap::new());
            assert!(response.is_none(), "{path}");
        }
    }
}

#[test]
fn page_head_gets_the_urls_of_the_assets() {
    let assets = embedded().assets().unwrap();
    assert_eq!(assets.js, "/pkg/console.1.js");
    assert_eq!(assets.wasm, "/pkg/console.2.wasm");
    assert_eq!(assets.css, "/pkg/console.3.css");
    assert_eq!(assets.script.as_deref(), Some("/pkg/console.4.js"));
}

#[test]
fn empty_site_has_no_assets_and_no_files() {
    let site = Site::of_table(&[]).unwrap();
    assert!(site.assets().is_none());
    assert!(
        site.serve(&Method::GET, "/favicon.svg", &HeaderMap::new())
            .is_none()
    );
}

/// Writes the bundle's site to a folder named `site`, in a temporary folder that contains nothing
/// else.
fn on_disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in FILES {
        let path = folder.path().join("site").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[tokio::test]
async fn site_on_disk_is_read_again_for_every_request() {
    let folder = on_disk();
    let site = Site::from_dir(folder.path().join("site")).unwrap();
    let response = get(&site, "/pkg/console.2.wasm", &accepting("br"));
    assert_eq!(header(&response, CACHE_CONTROL), Some("no-cache"));
    assert_eq!(header(&response, ETAG), None);
    assert_eq!(body(response).await, "br");
    fs::write(folder.path().join("site/pkg/console.2.wasm.br"), "new").unwrap();
    assert_eq!(
        body(get(&site, "/pkg/console.2.wasm", &accepting("br"))).await,
        "new"
    );
}

#[tokio::test]
async fn site_built_by_cargo_leptos_is_served() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pkg")).unwrap();
    for name in [
        "favicon.svg",
        "pkg/voxum.js",
        "pkg/voxum.wasm",
        "pkg/voxum.css",
    ] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let site = Site::from_dir(folder.path()).unwrap();
    assert_eq!(site.assets().unwrap().wasm, "/pkg/voxum.wasm");
    let response = get(&site, "/pkg/voxum.wasm", &accepting("br"));
    assert_eq!(header(&response, CONTENT_TYPE), Some("application/wasm"));
    assert_eq!(header(&response, CONTENT_ENCODING), None);
    assert_eq!(body(response).await, "pkg/voxum.wasm");
}

#[test]
fn missing_folder_is_rejected_at_the_start() {
    assert!(Site::from_dir("/nowhere").is_err());
}
