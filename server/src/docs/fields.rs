//! Conversion of JSON Schema into the rows of the docs.

use super::prose::html;
use app::docs::Value as Row;
use serde_json::Value;

/// Returns a text of the document, or an empty one if the value is not a text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Resolves a reference.
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"]
        .as_str()
        .and_then(|path| document.pointer(path.trim_start_matches('#')));
    target.unwrap_or(value)
}

/// Returns the fields of an object, the required ones first. The fields of nested lists follow
/// below the list.
pub fn rows(document: &Value, schema: &Value, prefix: &str) -> Vec<Row> {
    let schema = resolve(document, schema);
    if let Some(kinds) = schema["oneOf"].as_array() {
        let mut all: Vec<Row> = Vec::new();
        for row in kinds.iter().flat_map(|kind| rows(document, kind, prefix)) {
            if all.iter().all(|known| known.name != row.name) {
                all.push(row);
            }
        }
        return all;
    }
    let mut rows_of = Vec::new();
    for (name, field, required) in members(document, schema) {
        let place = format!("{prefix}{name}");
        rows_of.push(row(document, &place, field, required));
        let field = resolve(document, field);
        let inner = resolve(document, &field["items"]);
        if !inner["properties"].is_null() || !inner["oneOf"].is_null() {
            rows_of.extend(rows(document, inner, &format!("{place}[].")));
        } else if !field["properties"].is_null() {
            rows_of.extend(rows(document, field, &format!("{place}.")));
        }
    }
    rows_of
}

/// Returns the members of an object in the order of [`rows`].
pub fn members<'a>(document: &'a Value, schema: &'a Value) -> Vec<(&'a str, &'a Value, bool)> {
    let names = |schema: &'a Value| {
        let names = schema["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str)
    };
    let required: Vec<_> = names(schema).collect();
    // Optional fields of a body have the same order as in the responses, which contain all fields.
    let full_schemas = ["Item", "Lead"].map(|name| &document["components"]["schemas"][name]);
    let order: Vec<_> = required
        .iter()
        .copied()
        .chain(full_schemas.into_iter().flat_map(names))
        .collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut members: Vec<_> = properties
        .map(|(name, field)| (name.as_str(), field, required.contains(&name.as_str())))
        .collect();
    members.sort_by_key(|(name, ..)| {
        order
            .iter()
            .position(|entry| entry == name)
            .unwrap_or(usize::MAX)
    });
    members
}

fn row(document: &Value, name: &str, field: &Value, required: bool) -> Row {
    let schema = resolve(document, field);
    // The description of the field comes before the one of the type that it refers to.
    let description = [field, schema].map(|one| text(&one["description"]));
    let description = description.into_iter().find(|text| !text.is_empty());
    let words = [description.unwrap_or_default(), limits(document, schema)];
    Row {
        name: name.to_owned(),
        place: String::new(),
        kind: kind(document, schema),
        required,
        html: html(words.join(" ").trim()),
        example: String::new(),
    }
}

/// Returns the row of a parameter of an operation.
pub fn parameter(document: &Value, parameter: &Value) -> Row {
    let schema = &parameter["schema"];
    let description = text(&parameter["description"]);
    let limits = limits(document, schema);
    Row {
        place: text(&parameter["in"]),
        html: html(&[description, limits].join(" ")),
        example: match &parameter["example"] {
            Value::String(example) if parameter["in"] == "path" => example.clone(),
            _ => String::new(),
        },
        ..row(
            document,
            &text(&parameter["name"]),
            schema,
            parameter["required"] == true,
        )
    }
}

/// Returns the limits of a value, which its type does not contain, as prose.
fn limits(document: &Value, field: &Value) -> String {
    let mut limits = Vec::new();
    let number = |name: &str| field[name].as_u64().map(grouped);
    match (number("minLength"), number("maxLength")) {
        (Some(least), Some(most)) => limits.push(format!("{least} to {most} characters.")),
        (None, Some(most)) => limits.push(format!("At most {most} characters.")),
        _ => {}
    }
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) if field["type"] == "integer" => {
            limits.push(format!("{least} to {most}."));
        }
        _ => {}
    }
    if let (Some(least), Some(most)) = (number("minItems"), number("maxItems")) {
        limits.push(format!("{least} to {most} entries."));
    }
    let values = field["enum"]
        .as_array()
        .filter(|values| (2..12).contains(&values.len()));
    let values = values.or_else(|| {
        resolve(document, &field["anyOf"][0])["enum"]
            .as_array()
            .filter(|values| (2..12).contains(&values.len()))
    });
    if let Some(values) = values {
        let words: Vec<_> = values
            .iter()
            .map(|word| format!("`{}`", text(word)))
            .collect();
        limits.push(format!("One of {}.", words.join(", ")));
    }
    match &field["default"] {
        Value::Null => {}
        Value::String(word) => limits.push(format!("Default: `{word}`.")),
        value => limits.push(format!("Default: {value}.")),
    }
    limits.join(" ")
}

/// Formats `10000` as `10,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns the type of a field in one or two words.
fn kind(document: &Value, field: &Value) -> String {
    if let Some(kinds) = field["anyOf"].as_array() {
        let kinds: Vec<_> = kinds
            .iter()
            .map(|schema| kind(document, resolve(document, schema)))
            .collect();
        return kinds.join(" or ");
    }
    let describe_type = |name: &str| match name {
        "string" if field["format"] == "date-time" => "time".to_owned(),
        "string" => "text".to_owned(),
        "boolean" => "true or false".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "array" => match kind(document, resolve(document, &field["items"])).as_str() {
            "object" | "" => "list of objects".to_owned(),
            inner => format!("list of {inner}s"),
        },
        "object" if !field["additionalProperties"]["type"].is_null() => "map of texts".to_owned(),
        other => other.to_owned(),
    };
    match &field["type"] {
        Value::String(name) => describe_type(name),
        Value::Array(names) => {
            let words: Vec<_> = names
                .iter()
                .map(|name| describe_type(&text(name)))
                .collect();
            words.join(" or ")
        }
        _ => String::new(),
    }
}
