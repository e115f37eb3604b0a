//! Examples of requests and responses.

use super::fields::{members, resolve};
use serde_json::{Value, json};

/// Returns the example of the schema itself, or one that is composed of the examples of its parts.
pub fn example(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    let mut object = json!({});
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        object[name] = match name.as_str() {
            // The cursors after the item SKU001 and after the eleventh change.
            "next_cursor" if schema["properties"]["items"].is_object() => "01534b55303031".into(),
            "next_cursor" => "02000000000000000b".into(),
            _ => example_list(document, &field["items"]),
        };
    }
    if schema["properties"].is_null() {
        Value::Null
    } else {
        object
    }
}

/// Returns a list with one example of each variant of the items.
fn example_list(document: &Value, items: &Value) -> Value {
    let items = resolve(document, items);
    match items["oneOf"].as_array() {
        Some(kinds) => kinds.iter().map(|kind| example(document, kind)).collect(),
        None => Value::Array(vec![example(document, items)]),
    }
}

/// Returns the response to a change: the example of the response, with the values from the example
/// of the request body.
pub fn response_example(document: &Value, answer: Value, body: &Value, replaced: bool) -> Value {
    let body = resolve(document, body);
    let (mut answer, sent) = (answer, &body["example"]);
    if !replaced {
        merge(&mut answer, sent);
        return answer;
    }
    for (name, field) in body["properties"].as_object().into_iter().flatten() {
        if !sent[name].is_null() {
            answer[name] = sent[name].clone();
        } else if name == "attributes" {
            answer[name] = json!({});
        } else if !matches!(name.as_str(), "available" | "currency") && field.is_object() {
            answer[name] = Value::Null;
        }
    }
    answer
}

/// Applies a JSON Merge Patch (RFC 7396) to a response, which shows emptied fields as null.
fn merge(answer: &mut Value, sent: &Value) {
    for (name, value) in sent.as_object().into_iter().flatten() {
        match (&mut answer[name], value) {
            (Value::Object(members), Value::Object(changes)) => {
                for (name, value) in changes {
                    if value.is_null() {
                        members.remove(name);
                    } else {
                        members.insert(name.clone(), value.clone());
                    }
                }
            }
            (field, value) => *field = value.clone(),
        }
    }
}

/// Formats an example in the order that people expect: identifying fields first, and fields that
/// the server adds last.
pub fn pretty(document: &Value, schema: &Value, example: &Value) -> String {
    let mut text = String::new();
    write(&mut text, document, resolve(document, schema), example, 0);
    text
}

fn write(out: &mut String, document: &Value, schema: &Value, value: &Value, depth: usize) {
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            let order: Vec<&str> = members(document, schema)
                .into_iter()
                .map(|(name, ..)| name)
                .collect();
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(name, _)| {
                order
                    .iter()
                    .position(|entry| entry == name)
                    .unwrap_or(usize::MAX)
            });
            for (index, (name, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                indent(out, depth + 1);
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push_str(": ");
                write(
                    out,
                    document,
                    resolve(document, &schema["properties"][name]),
                    value,
                    depth + 1,
                );
            }
            indent(out, depth);
            out.push('}');
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            out.push('[');
            let mut items = resolve(document, &schema["items"]);
            if !items["oneOf"].is_null() {
                items = resolve(document, &items["oneOf"][0]);
            }
            for (index, value) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                indent(out, depth + 1);
                write(out, document, items, value, depth + 1);
            }
            indent(out, depth);
            out.push(']');
        }
        Value::Array(list) => {
            let texts: Vec<_> = list.iter().map(Value::to_string).collect();
            out.push('[');
            out.push_str(&texts.join(", "));
            out.push(']');
        }
        value => out.push_str(&value.to_string()),
    }
}
