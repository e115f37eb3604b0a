//! Responses of the server.

use axum::http::{HeaderMap, HeaderName, Response, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl AsRef<str> for TestResponse {
    fn as_ref(&self) -> &str {
        &self.body
    }
}

impl TestResponse {
    pub async fn read(response: Response<axum::body::Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("every answer is text");
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Returns the response if it has the expected status, and panics otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{} {:?}",
            self.body,
            self.headers
        );
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// Returns the JSON of this answer, indented, for a snapshot. Values that differ in each run
    /// are replaced by their names.
    #[track_caller]
    pub fn snapshot(&self) -> String {
        let mut body = self.json();
        replace_random(&mut body);
        serde_json::to_string_pretty(&body).expect("a value is JSON")
    }

    /// Returns status, code, title and detail of a problem document in the common form, and the
    /// members that only some problems have.
    #[track_caller]
    pub fn problem_snapshot(&self) -> String {
        let (status, code) = self.problem();
        let document = self.json();
        let [title, detail] = ["title", "detail"].map(|name| document[name].as_str().unwrap());
        let common = ["code", "detail", "instance", "status", "title", "type"];
        let rest = self.json_without(&common);
        let rest = if rest == json!({}) {
            String::new()
        } else {
            format!("{rest:#}")
        };
        format!("{status} {code}: {title}\n{detail}\n{rest}")
    }

    /// Returns the object of this answer without some of its members.
    #[track_caller]
    pub fn json_without(&self, names: &[&str]) -> Value {
        let mut value = self.json();
        let members = value.as_object_mut().expect("an object");
        members.retain(|name, _| !names.contains(&&**name));
        value
    }

    #[track_caller]
    pub fn header(&self, name: impl TryInto<HeaderName, Error: std::fmt::Debug>) -> &str {
        let value = self.headers.get(name.try_into().unwrap());
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the address of the link with this text on a page.
    pub fn link(&self, text: &str) -> Option<String> {
        let (before, _) = self.body.split_once(&format!(">{text}</a>"))?;
        let (_, href) = before.rsplit_once("href=\"")?;
        let (href, _) = href.split_once('"')?;
        Some(href.replace("&amp;", "&"))
    }

    /// Returns the selected values of the lists on a page, with the lists' names.
    pub fn selected_options(&self) -> Vec<(String, String)> {
        let lists = self.body.split("<select").skip(1).filter_map(|list| {
            let (list, _) = list.split_once("</select>")?;
            let (_, name) = list.split_once(" name=\"")?;
            let (name, _) = name.split_once('"')?;
            let (before, _) = list.split_once(" selected")?;
            let (_, value) = before.rsplit_once("value=\"")?;
            let (value, _) = value.split_once('"')?;
            Some((name.to_owned(), value.to_owned()))
        });
        lists.collect()
    }

    /// Returns the value of a hidden field on a page, or an empty text.
    pub fn hidden_field(&self, name: &str) -> String {
        let input = self.body.split("<input").find(|input| {
            input.contains("type=\"hidden\"") && input.contains(&format!("name=\"{name}\""))
        });
        let value = input.and_then(|input| input.split_once("value=\""));
        let value = value.and_then(|(_, value)| value.split_once('"'));
        value.map_or_else(String::new, |(value, _)| value.to_owned())
    }

    /// Checks that this is a problem document in the common form, and returns its status and code.
    #[track_caller]
    pub fn problem(&self) -> (u16, String) {
        let document = self.json();
        let code = document["code"]
            .as_str()
            .expect("a problem has a code")
            .to_owned();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(document["status"], self.status.as_u16());
        assert_eq!(document["type"], format!("urn:voxum:problem:{code}"));
        assert_eq!(document["instance"], self.header("x-request-id"));
        assert!(document["title"].is_string() && document["detail"].is_string());
        assert_eq!(self.header("cache-control"), "no-store");
        let challenge = self.header("www-authenticate");
        let expected = if self.status == 401 {
            "ApiKey realm=\"voxum\""
        } else {
            ""
        };
        assert_eq!(challenge, expected);
        assert_eq!(self.headers.contains_key("allow"), self.status == 405);
        // After an unknown outcome, only a request with an idempotency key can be repeated without
        // checking the data first.
        if code != "outcome_unknown" {
            let later = matches!(self.status.as_u16(), 429 | 503) || code == "conflict";
            assert_eq!(self.headers.contains_key("retry-after"), later);
        }
        (self.status.as_u16(), code)
    }

    /// Checks that this is the problem document of this refusal, and returns its detail.
    #[track_caller]
    pub fn refusal(&self, status: u16, code: &str) -> String {
        assert_eq!(self.problem(), (status, code.to_owned()));
        self.json()["detail"].as_str().unwrap().to_owned()
    }

    /// Returns pointer and code of every error in a refused body, in the order of the response.
    #[track_caller]
    pub fn errors(&self) -> Vec<(String, String)> {
        assert_eq!(
            self.problem(),
            (422, "invalid_body".into()),
            "{}",
            self.body
        );
        let document = self.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = document["errors"].as_array().unwrap().iter();
        errors
            .inspect(|error| assert!(error["detail"].is_string()))
            .map(|error| (text(&error["pointer"]), text(&error["code"])))
            .collect()
    }
}

/// Replaces generated ids, the beginnings of keys and cursors.
fn replace_random(value: &mut Value) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(replace_random),
        Value::Object(members) => {
            for (name, member) in members {
                let random = match (&**name, &*member) {
                    ("instance" | "preview" | "next_cursor", Value::String(_)) => true,
                    // The ids of items are chosen by their senders, and short in the tests.
                    ("id", Value::String(id)) => id.len() >= 20,
                    _ => false,
                };
                if random {
                    *member = Value::String(format!("[{name}]"));
                } else {
                    replace_random(member);
                }
            }
        }
        _ => {}
    }
}
