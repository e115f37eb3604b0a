//! Constraints on values, as exactly as JSON Schema can express them.

use domain::{LeadStatus, Scope};
use serde_json::{Value, json};
use service::entry::EntryCode;
use service::inventory::Currency;

/// Pattern of any text in the API: tab and line ends are the only control characters.
const TEXT: &str = r"^([^\u0000-\u0008\u000B-\u001F\u007F-\u009F]|\r\n)*$";

/// Blank characters outside ASCII.
macro_rules! blank {
    () => {
        r"\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
    };
}
/// Invisible characters of the basic plane, which a pattern without the flag `u` can name.
macro_rules! invisible {
    () => {
        r"\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB"
    };
}
/// Pattern of a text with at least one visible character.
const NOT_BLANK: &str = concat!(
    r"^([^\u0000-\u0008\u000B-\u001F\u007F-\u009F]|\r\n)*[^\u0000-\u0020\u007F-\u009F",
    blank!(),
    invisible!(),
    r"]([^\u0000-\u0008\u000B-\u001F\u007F-\u009F]|\r\n)*$"
);
/// Pattern of the name of an attribute: one line with at least one visible character.
const ATTRIBUTE: &str = concat!(
    r"^[^\u0000-\u001F\u007F-\u009F]*[^\u0000-\u0020\u007F-\u009F",
    blank!(),
    invisible!(),
    r"][^\u0000-\u001F\u007F-\u009F]*$"
);
/// Pattern of an id: one line without invisible characters, except for joiners after a character
/// outside ASCII; not `.`, `..` or `changes`, nor a number that a spreadsheet shortened.
const ID: &str = concat!(
    "^(?![ ",
    blank!(),
    r"]*(\.{1,2}|changes|[0-9]+([.,][0-9]+)?[eE]\+[0-9]{1,3})[ ",
    blank!(),
    "]*$)[ ",
    blank!(),
    r"]*([!-~]|[^\u0000-\u009F",
    blank!(),
    invisible!(),
    r"][\u200C\u200D\uFE0F]*)([ -~]|[^\u0000-\u009F",
    invisible!(),
    r"][\u200C\u200D\uFE0F]*)*$"
);
const WEB_ADDRESS: &str = r"^[hH][tT][tT][pP][sS]?://[^\s\u0000-\u0020\u007F-\u00A0]+$";
/// Pattern of an email address. A blank one counts as left out.
const EMAIL: &str =
    r"^([^\s@\u0000-\u0020\u007F-\u00A0]+@[^\s@\u0000-\u0020\u007F-\u00A0]+|[ \t\n]*)$";
const PRICE: &str = r"^[0-9]{1,10}(\.[0-9]{1,4})?$";
const MAX_PRICE: f64 = 9_999_999_999.99;

/// Adds constraints that cannot be derived from the types.
pub fn describe(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    items(schemas);
    leads(schemas);
    schemas["Scope"] = string_enum(Scope::ALL.map(Scope::as_str));
    let meanings = Scope::ALL.map(|scope| format!("- `{}`: {}", scope.as_str(), scope.meaning()));
    schemas["Scope"]["description"] =
        format!("A permission of an API key.\n\n{}", meanings.join("\n")).into();
    schemas["ApiKey"]["properties"]["scopes"]["items"] = reference("Scope");
    schemas["ApiKey"]["properties"]["status"]["enum"] = json!(["active"]);
    schemas["ProblemEntry"]["properties"]["code"]["enum"] =
        json!(EntryCode::ALL.map(EntryCode::as_str));
    parameters(&mut document["paths"]);
}

fn items(schemas: &mut Value) {
    schemas["Currency"] = string_enum(Currency::known().map(Currency::code));
    schemas["Price"] = json!({ "anyOf": [
        // There is no `multipleOf`, since a binary fraction such as 19.99 is not an exact multiple
        // of 0.0001.
        { "type": "number", "minimum": 0, "maximum": MAX_PRICE },
        { "type": "string", "pattern": PRICE },
    ] });
    schemas["Attributes"] = json!({
        "type": "object",
        "maxProperties": 50,
        "propertyNames": { "minLength": 1, "maxLength": 128, "pattern": ATTRIBUTE },
        "additionalProperties": { "type": ["string", "null"], "maxLength": 2048, "pattern": TEXT },
    });
    let fields = &mut schemas["ItemFields"]["properties"];
    for (name, pattern) in [
        ("name", NOT_BLANK),
        ("category", TEXT),
        ("description", TEXT),
        ("url", WEB_ADDRESS),
        ("image_url", WEB_ADDRESS),
    ] {
        fields[name]["pattern"] = pattern.into();
    }
    for (name, schema) in [
        ("price", "Price"),
        ("currency", "Currency"),
        ("attributes", "Attributes"),
    ] {
        or_null(&mut fields[name], schema);
    }

    // An item of a feed consists of an id and the fields of an item.
    let fields = fields.clone();
    let item = &mut schemas["NewItem"];
    id(&mut item["properties"]["id"]);
    for (name, field) in fields.as_object().into_iter().flatten() {
        if name != "id" {
            item["properties"][name] = field.clone();
        }
    }
    item["required"] = json!(["id", "name"]);

    // A partial update has the fields of an item, all of them optional.
    let edits = &mut schemas["ItemEdits"]["properties"];
    for (name, field) in fields.as_object().into_iter().flatten() {
        edits[name] = field.clone();
    }

    let answer = &mut schemas["Item"]["properties"];
    answer["price"]["minimum"] = 0.into();
    answer["price"]["maximum"] = MAX_PRICE.into();
}

/// Describes the id of an item. Client generators that make up an example from the pattern fail.
fn id(schema: &mut Value) {
    schema["pattern"] = ID.into();
    schema["example"] = "SKU001".into();
}

fn leads(schemas: &mut Value) {
    schemas["LeadStatus"] = string_enum(LeadStatus::ALL.map(LeadStatus::as_str));
    for name in ["NewLead", "LeadEdits"] {
        for (field, schema) in schemas[name]["properties"]
            .as_object_mut()
            .into_iter()
            .flatten()
        {
            match field.as_str() {
                "status" => {}
                "email" => schema["pattern"] = EMAIL.into(),
                _ => schema["pattern"] = TEXT.into(),
            }
        }
    }
    or_null(
        &mut schemas["NewLead"]["properties"]["status"],
        "LeadStatus",
    );
    // A lead needs an email address or a phone number. Client generators would turn an `anyOf` into
    // two types with one field each, so the rule is an `if`.
    schemas["NewLead"]["if"] = json!({
        "not": { "required": ["email"], "properties": { "email": { "type": "string", "pattern": "@" } } },
    });
    schemas["NewLead"]["then"] = json!({
        "required": ["phone"], "properties": { "phone": { "type": "string", "pattern": NOT_BLANK } },
    });
    for name in ["Lead", "LeadEdits"] {
        let status = &mut schemas[name]["properties"]["status"];
        let description = status["description"].take();
        *status = reference("LeadStatus");
        if !description.is_null() {
            status["description"] = description;
        }
    }
}

fn parameters(paths: &mut Value) {
    for (path, operations) in paths.as_object_mut().into_iter().flatten() {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            let operation_parameters = operation
                .get_mut("parameters")
                .and_then(Value::as_array_mut);
            for parameter in operation_parameters.into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                let schema = &mut parameter["schema"];
                // A query has no null: an absent parameter is left out.
                if let Some(kinds) = schema["type"].as_array() {
                    schema["type"] = kinds[0].clone();
                }
                match name.as_str() {
                    "id" if path.starts_with("/api/inventory/") => id(schema),
                    "mode" => schema["enum"] = json!(["merge", "replace", "update"]),
                    "on_error" => schema["enum"] = json!(["reject", "skip"]),
                    // This is the tag of a change; a request that reads may list several tags.
                    "If-None-Match" if method != "get" => schema["enum"] = json!(["*"]),
                    // Blanks around the key belong to HTTP, those inside it belong to the key.
                    "Idempotency-Key" => schema["pattern"] = "^[ -~]*[!-~][ -~]*$".into(),
                    "cursor" => schema["pattern"] = "^([0-9a-f]{2})+$".into(),
                    _ => {}
                }
            }
        }
    }
}

/// Returns the schema of a text with these values.
fn string_enum<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

/// Returns a reference to a named schema, so that client generators use that name for the type.
fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Makes a field nullable with the named schema as its type, and keeps its description.
fn or_null(field: &mut Value, name: &str) {
    let description = field["description"].take();
    *field = json!({ "anyOf": [reference(name), { "type": "null" }] });
    if !description.is_null() {
        field["description"] = description;
    }
}

#[cfg(test)]
mod tests;
