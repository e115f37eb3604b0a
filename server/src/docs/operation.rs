//! Conversion of an operation of the OpenAPI document into its section of the docs.

use super::example::{example, pretty, response_example};
use super::fields::{parameter, resolve, rows, text};
use super::openapi::CODES;
use super::prose::html;
use super::snippets::{Call, snippets};
use app::docs::{Answer, Body, Needs, Operation, Refusal, Value as Row};
use serde_json::Value;

/// Methods in the order in which readers need them.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Returns every operation with its tag.
pub fn read_all(document: &Value, url: &str) -> Vec<(String, Operation)> {
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &operations[method];
            if !operation.is_null() {
                all.push((
                    text(&operation["tags"][0]),
                    read(document, url, path, method, operation),
                ));
            }
        }
    }
    all
}

fn read(document: &Value, url: &str, path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let parameters: Vec<_> = parameters.map(|value| parameter(document, value)).collect();
    let body =
        (!operation["requestBody"].is_null()).then(|| body(document, &operation["requestBody"]));
    let key = operation["security"][0]["ApiKey"].as_array();
    let key = key.map(|scopes| {
        scopes
            .first()
            .map_or(Needs::AnyKey, |scope| Needs::Scope(text(scope)))
    });
    let mut address = format!("{url}{path}");
    for parameter in parameters
        .iter()
        .filter(|parameter| parameter.place == "path")
    {
        address = address.replace(&format!("{{{}}}", parameter.name), &parameter.example);
    }
    let (answers, refusals) = answers(document, method, operation);
    // The first media type is JSON.
    let kind = body.as_ref().map_or("", |body| &body.examples[0].0);
    let schema = &operation["requestBody"]["content"][kind]["schema"];
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        title: text(&operation["summary"]),
        html: html(&text(&operation["description"])),
        snippets: snippets(&Call {
            method: &method.to_uppercase(),
            url: &address,
            with_key: key.is_some(),
            body: body.as_ref().map(|_| &resolve(document, schema)["example"]),
            text: body.as_ref().map(|body| body.examples[0].1.as_str()),
            kind,
        }),
        key,
        parameters,
        body,
        answers,
        refusals,
    }
}

fn body(document: &Value, body: &Value) -> Body {
    let content = body["content"].as_object().into_iter().flatten();
    let examples = content.clone().map(|(kind, media)| {
        let example = match &media["example"] {
            Value::String(text) => text.trim_end().to_owned(),
            _ => pretty(
                document,
                &media["schema"],
                &resolve(document, &media["schema"])["example"],
            ),
        };
        (kind.clone(), example)
    });
    Body {
        html: html(&text(&body["description"])),
        examples: examples.collect(),
        fields: content
            .flat_map(|(_, media)| rows(document, &media["schema"], ""))
            .collect(),
    }
}

fn answers(document: &Value, method: &str, operation: &Value) -> (Vec<Answer>, Vec<Refusal>) {
    let (mut answers, mut refusals) = (Vec::new(), Vec::new());
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let response = resolve(document, response);
        let problems = &response["content"]["application/problem+json"];
        if let Some(codes) = problems[CODES].as_array() {
            refusals.extend(codes.iter().map(|code| Refusal {
                status: status.clone(),
                code: text(code),
                html: html(&text(&problems["examples"][text(code)]["value"]["detail"])),
            }));
            continue;
        }
        let schema = &response["content"]["application/json"]["schema"];
        let mut example = example(document, schema);
        let sent = operation["requestBody"]["content"].as_object();
        let first = sent.and_then(|content| content.values().next());
        let body = first.map_or(&Value::Null, |content| &content["schema"]);
        if matches!(method, "put" | "patch") && !example.is_null() {
            example = response_example(document, example, body, method == "put");
        }
        // A response contains all its fields, so "required" would carry no information.
        let fields = rows(document, schema, "").into_iter().map(|row| Row {
            required: false,
            ..row
        });
        answers.push(Answer {
            status: status.clone(),
            html: html(&text(&response["description"])),
            example: (!example.is_null()).then(|| pretty(document, schema, &example)),
            headers: headers(&response["headers"]),
            fields: fields.collect(),
        });
    }
    (answers, refusals)
}

/// Returns the headers that are specific to a response. A separate chapter describes those that
/// every response has.
fn headers(headers: &Value) -> Vec<Row> {
    const COMMON_HEADERS: [&str; 3] = ["X-Request-Id", "RateLimit", "RateLimit-Policy"];
    let headers = headers.as_object().into_iter().flatten();
    let own = headers.filter(|(name, _)| !COMMON_HEADERS.contains(&name.as_str()));
    own.map(|(name, header)| Row {
        name: name.clone(),
        place: String::new(),
        kind: "header".to_owned(),
        required: false,
        html: html(&text(&header["description"])),
        example: String::new(),
    })
    .collect()
}
