//! One API call in each of the languages that integrators copy. The key comes from the environment,
//! so that it does not end up in a file.

use app::docs::Snippet;
use serde_json::Value;
use std::fmt::Write as _;

pub struct Call<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub with_key: bool,
    /// The request body as JSON.
    pub body: Option<&'a Value>,
    /// The same body as the docs show it.
    pub text: Option<&'a str>,
    /// Media type of the body.
    pub kind: &'a str,
}

pub fn snippets(call: &Call<'_>) -> Vec<Snippet> {
    vec![
        Snippet {
            language: "curl",
            name: "curl",
            text: curl(call),
        },
        Snippet {
            language: "python",
            name: "Python",
            text: python(call),
        },
        Snippet {
            language: "javascript",
            name: "JavaScript",
            text: javascript(call),
        },
    ]
}

fn curl(call: &Call<'_>) -> String {
    let mut text = String::from("curl -i");
    if call.method != "GET" && !(call.method == "POST" && call.body.is_some()) {
        let _ = write!(text, " -X {}", call.method);
    }
    let _ = write!(text, " \"{}\"", call.url);
    if call.with_key {
        text.push_str(" \\\n  -H \"X-API-Key: $VOXUM_API_KEY\"");
    }
    if let Some(body) = call.text {
        let quoted = body.replace('\'', "'\\''");
        let _ = write!(
            text,
            " \\\n  -H \"Content-Type: {}\" \\\n  -d '{quoted}'",
            call.kind
        );
    }
    text
}

fn python(call: &Call<'_>) -> String {
    let imports: Vec<_> = [("json", call.body.is_some()), ("os", call.with_key)]
        .into_iter()
        .filter(|(_, needed)| *needed)
        .map(|(name, _)| format!("{name}, "))
        .collect();
    let mut text = format!(
        "import {}urllib.error, urllib.request\n\n",
        imports.concat()
    );
    let _ = write!(
        text,
        "request = urllib.request.Request(\n    \"{}\",\n    method=\"{}\",\n",
        call.url, call.method
    );
    let mut headers = Vec::new();
    if call.with_key {
        headers.push("\"X-API-Key\": os.environ[\"VOXUM_API_KEY\"].strip()".to_owned());
    }
    if let Some(body) = call.body {
        headers.push(format!("\"Content-Type\": \"{}\"", call.kind));
        let _ = writeln!(text, "    data=json.dumps({}).encode(),", literal(body));
    }
    if !headers.is_empty() {
        let _ = writeln!(text, "    headers={{{}}},", headers.join(", "));
    }
    text.push_str(
        ")\ntry:\n    with urllib.request.urlopen(request, timeout=60) as answer:\n        \
         print(answer.status, answer.read().decode())\nexcept urllib.error.HTTPError as refusal:\n    \
         raise SystemExit(f\"{refusal.code} {refusal.read().decode()}\")",
    );
    text
}

fn javascript(call: &Call<'_>) -> String {
    let mut text = format!(
        "const answer = await fetch(\"{}\", {{\n  method: \"{}\",\n",
        call.url, call.method
    );
    let mut headers = Vec::new();
    if call.with_key {
        headers.push("\"X-API-Key\": process.env.VOXUM_API_KEY.trim()".to_owned());
    }
    if call.body.is_some() {
        headers.push(format!("\"Content-Type\": \"{}\"", call.kind));
    }
    if !headers.is_empty() {
        let _ = writeln!(text, "  headers: {{ {} }},", headers.join(", "));
    }
    if let Some(body) = call.text {
        let indented = body.replace('\n', "\n  ");
        let _ = writeln!(text, "  body: JSON.stringify({indented}),");
    }
    text.push_str("});\nconsole.log(answer.status, await answer.text());\nif (!answer.ok) process.exitCode = 1;");
    text
}

/// Formats JSON as a Python literal.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Array(list) => format!(
            "[{}]",
            list.iter().map(literal).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(map) => {
            let members = map
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), literal(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        // Python writes texts and numbers as JSON does.
        value => value.to_string(),
    }
}
