//! Clients: without credentials, a member with a session, a system with a key.

use super::{TestResponse, World, openapi};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response};
use futures::channel::oneshot;
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use server::{App as _, Pipeline};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::ops::Deref;
use std::panic::Location;
use url::form_urlencoded;

/// A client that sends the same headers with every request.
#[derive(Clone)]
pub struct TestClient {
    app: Pipeline,
    headers: Vec<(HeaderName, HeaderValue)>,
    peer: SocketAddr,
}

impl TestClient {
    pub fn new(app: Pipeline) -> Self {
        Self {
            app,
            headers: Vec::new(),
            peer: ([192, 0, 2, 7], 40_000).into(),
        }
    }

    /// Returns the same client with an additional header line.
    pub fn with(&self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let mut client = self.clone();
        let line = (
            name.parse().unwrap(),
            HeaderValue::from_bytes(value.as_ref()).unwrap(),
        );
        client.headers.push(line);
        client
    }

    /// Returns the same client at another address.
    pub fn with_ip(&self, ip: [u8; 4]) -> Self {
        Self {
            peer: (ip, 40_000).into(),
            ..self.clone()
        }
    }

    async fn request(&self, method: &str, path: &str, body: Body) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(body).unwrap();
        self.app.answer(self.peer, request).await
    }

    pub async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> TestResponse {
        let response = TestResponse::read(self.request(method, path, body.into()).await).await;
        openapi::check(method, path, &response);
        response
    }

    /// Sends the first bytes of a body, runs `meanwhile` once the server waits for more, and then
    /// sends the rest.
    pub async fn send_slowly(
        &self,
        method: &str,
        path: &str,
        body: &str,
        meanwhile: impl Future<Output = ()>,
    ) -> TestResponse {
        let (waiting_tx, waiting_rx) = oneshot::channel();
        let (resume_tx, resume_rx) = oneshot::channel::<()>();
        let (first, rest) = body.split_at(body.len().min(10));
        let (first, rest) = (first.to_owned(), rest.to_owned());
        let first = stream::once(async move { Ok::<_, Infallible>(first) });
        let rest = stream::once(async move {
            let _ = waiting_tx.send(());
            let _ = resume_rx.await;
            Ok(rest)
        });
        let body = Body::from_stream(first.chain(rest));
        let meanwhile = async {
            // A request that is refused by its head never waits.
            if waiting_rx.await.is_ok() {
                meanwhile.await;
            }
            let _ = resume_tx.send(());
        };
        let (response, ()) = futures::join!(self.send(method, path, body), meanwhile);
        response
    }

    /// Returns one header of the response to a `GET`, for any kind of body.
    pub async fn header_of(&self, path: &str, name: &str) -> String {
        let response = self.request("GET", path, Body::empty()).await;
        let value = response.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    }

    /// Returns the response to a `GET` whose body is still to be read, piece by piece.
    pub async fn open(&self, path: &str) -> Response<Body> {
        self.request("GET", path, Body::empty()).await
    }

    pub async fn get(&self, path: &str) -> TestResponse {
        self.send("GET", path, Body::empty()).await
    }

    /// Returns the body of a successful response.
    #[track_caller]
    pub fn get_text(&self, path: &str) -> impl Future<Output = String> {
        let caller = Location::caller();
        async move {
            let TestResponse { status, body, .. } = self.get(path).await;
            assert_eq!(status, 200, "GET {path} at {caller}: {body}");
            body
        }
    }

    /// Returns the rows of a page of the audit log, without its filters, which list every action.
    #[track_caller]
    pub fn events(&self, query: &str) -> impl Future<Output = String> {
        let (caller, path) = (Location::caller(), format!("/audit?{query}"));
        async move {
            let TestResponse { status, body, .. } = self.get(&path).await;
            assert_eq!(status, 200, "GET {path} at {caller}: {body}");
            body.split_once("<tbody").unwrap_or_default().1.to_owned()
        }
    }

    /// Returns the JSON of a successful response.
    #[track_caller]
    pub fn get_json(&self, path: &str) -> impl Future<Output = Value> {
        let text = self.get_text(path);
        async move { serde_json::from_str(&text.await).expect("the answer is JSON") }
    }

    pub async fn delete(&self, path: &str) -> TestResponse {
        self.send("DELETE", path, Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.with("content-type", "application/json")
            .send("POST", path, body.to_string())
            .await
    }

    pub async fn put(&self, path: &str, body: &Value) -> TestResponse {
        self.with("content-type", "application/json")
            .send("PUT", path, body.to_string())
            .await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> TestResponse {
        self.with("content-type", "application/json")
            .send("PATCH", path, body.to_string())
            .await
    }

    /// Submits a form as a browser does without script.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let http = self.with("content-type", "application/x-www-form-urlencoded");
        http.with("sec-fetch-site", "same-origin")
            .send("POST", path, body)
            .await
    }

    /// Follows a redirect with the cookie that the response sets, as a browser does.
    pub async fn follow(&self, response: &TestResponse) -> TestResponse {
        let (cookie, _) = response
            .header("set-cookie")
            .split_once(';')
            .unwrap_or_default();
        self.with("cookie", cookie)
            .get(response.header("location"))
            .await
    }

    /// Submits a form with a file as a browser does.
    pub async fn upload(
        &self,
        path: &str,
        name: &str,
        file: impl AsRef<[u8]>,
        fields: &[(&str, &str)],
    ) -> TestResponse {
        let http = self.with("content-type", "multipart/form-data; boundary=x");
        http.with("sec-fetch-site", "same-origin")
            .send("POST", path, multipart_bytes(name, file.as_ref(), fields))
            .await
    }

    /// Imports a file like a member who accepts each step's proposals, except for the fields in
    /// `choices`. Returns the last page: the result, or the step that does not lead on.
    pub async fn import(
        &self,
        name: &str,
        file: impl AsRef<[u8]>,
        choices: &[(&str, &str)],
    ) -> TestResponse {
        let upload = self.upload("/inventory/import", name, file, &[]).await;
        if upload.status != 303 {
            return upload;
        }
        let path = upload.header("location").to_owned();
        let mapping_page = self.get(&path).await;
        if mapping_page.status != 200 {
            return mapping_page;
        }
        let mut fields = mapping_page.selected_options();
        // A new account has no currency that could be proposed.
        for (_, value) in fields.iter_mut().filter(|(name, _)| name == "currency") {
            if value.is_empty() {
                "USD".clone_into(value);
            }
        }
        for (name, value) in choices {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let mapping_response = self.form(&path, &fields).await;
        if mapping_response.status != 303 {
            return mapping_response;
        }
        let preview = self.get(mapping_response.header("location")).await;
        if !preview.body.contains("/apply\"") {
            return preview;
        }
        let digest = preview.hidden_field("preview");
        let fields = [choices, &[("preview", &*digest)]].concat();
        let result = self.form(&format!("{path}/apply"), &fields).await;
        if result.status == 303 {
            self.get(result.header("location")).await
        } else {
            result
        }
    }

    /// Calls a server function like the console in a browser.
    pub async fn call(&self, function: &str, arguments: &Value) -> TestResponse {
        let http = self.with("sec-fetch-site", "same-origin");
        http.post(&format!("/call/{function}"), arguments).await
    }
}

/// Returns the body of a form with a text file.
pub fn multipart(name: &str, file: &str, fields: &[(&str, &str)]) -> String {
    String::from_utf8(multipart_bytes(name, file.as_bytes(), fields)).unwrap()
}

/// Returns the body of a form with a file, with boundaries named `x`.
fn multipart_bytes(name: &str, file: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let fields = fields.iter().map(|(name, value)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let before = format!(
        "{}--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n",
        fields.collect::<String>()
    );
    [before.as_bytes(), file, b"\r\n--x--\r\n"].concat()
}

/// A signed-in member.
pub struct Member {
    http: TestClient,
    /// The `Cookie` header.
    pub cookie: String,
}

impl Deref for Member {
    type Target = TestClient;

    fn deref(&self) -> &TestClient {
        &self.http
    }
}

impl Member {
    /// Returns the member whose session this response opened.
    #[track_caller]
    pub fn from_response(world: &World, response: &TestResponse) -> Self {
        let line = response.header("set-cookie");
        let (cookie, _) = line.split_once(';').expect("the answer opens a session");
        Self {
            http: world.anonymous().with("cookie", cookie),
            cookie: cookie.to_owned(),
        }
    }

    /// Returns the session's token without the cookie's name.
    pub fn token(&self) -> &str {
        self.cookie.split_once('=').unwrap().1
    }

    /// Returns the data of the API Keys page, as the console receives it.
    pub async fn keys(&self) -> Value {
        self.call("keys/list", &json!({})).await.expect(200).json()["Ok"].clone()
    }

    /// Creates a key and returns a client that uses it.
    pub async fn create(&self, name: &str, scopes: &[&str]) -> Key {
        let token = self.keys().await["new_key"]["token"].clone();
        let form = json!({ "name": name, "scopes": scopes, "expires": "90d", "token": token });
        let response = self
            .call("keys/create", &json!({ "form": form }))
            .await
            .expect(200)
            .json();
        let issued = &response["Ok"];
        let text = |value: &Value| value.as_str().expect("the key was created").to_owned();
        let (secret, id) = (text(&issued["secret"]), text(&issued["key"]["id"]));
        Key::new(&self.app, secret, id)
    }

    pub async fn revoke(&self, key: &str, confirm: &str) -> TestResponse {
        let form = json!({ "reason": "other", "confirm": confirm });
        self.call("keys/revoke", &json!({ "id": key, "form": form }))
            .await
    }
}

/// A system that calls the API.
#[derive(Clone)]
pub struct Key {
    http: TestClient,
    pub secret: String,
    pub id: String,
}

impl Deref for Key {
    type Target = TestClient;

    fn deref(&self) -> &TestClient {
        &self.http
    }
}

impl Key {
    pub fn new(app: &Pipeline, secret: String, id: String) -> Self {
        Self {
            http: TestClient::new(app.clone()).with("x-api-key", &secret),
            secret,
            id,
        }
    }
}
