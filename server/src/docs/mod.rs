//! The API docs: the OpenAPI document, which [`openapi`] generates, and some prose, prepared for
//! rendering.

mod example;
mod fields;
mod openapi;
mod operation;
mod prose;
mod snippets;

use crate::api::problem::Problem;
use crate::router::{API, OPEN};
use crate::{Documents, PublicUrl};
use app::docs::{Docs, Group, Refusal};
use openapi::every_problem;
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock, OnceLock};
use web::http::compression::PublicDocument;

/// The description of the API, without the address of a server.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| openapi::document(&[API, OPEN]));

/// Returns the documents of a server that is reached at this address.
pub fn documents(url: &PublicUrl) -> Documents {
    let (origin, url) = (url.origin().to_owned(), url.clone());
    Documents {
        openapi: LazyLock::new(Box::new(move || {
            let mut document = DOCUMENT.clone();
            document["servers"] = json!([{ "url": origin }]);
            PublicDocument::new(document.to_string())
        })),
        docs: LazyLock::new(Box::new(move || Arc::new(docs(&url)))),
    }
}

/// Creates the content of the docs, which takes some milliseconds.
fn docs(url: &PublicUrl) -> Docs {
    let url = url.origin();
    let chapters = |text: &str| prose::chapters(&text.replace("{url}", url));
    Docs {
        url: url.to_owned(),
        start: chapters(include_str!("start.md")),
        groups: groups(url),
        more: chapters(include_str!("more.md")),
        problems: every_problem().iter().map(refusal).collect(),
        trouble: chapters(include_str!("trouble.md")),
        drawn: OnceLock::new(),
    }
}

fn groups(url: &str) -> Vec<Group> {
    let operations = operation::read_all(&DOCUMENT, url);
    let tags = DOCUMENT["tags"].as_array().into_iter().flatten();
    let tags = tags.map(|tag| {
        let title = fields::text(&tag["name"]);
        let own = operations.iter().filter(|(tag, _)| *tag == title);
        Group {
            id: title.to_lowercase(),
            html: prose::html(&fields::text(&tag["description"])),
            operations: own.map(|(_, operation)| operation.clone()).collect(),
            title,
        }
    });
    tags.collect()
}

fn refusal(problem: &Problem) -> Refusal {
    Refusal {
        status: problem.status().as_u16().to_string(),
        code: problem.code().to_owned(),
        html: prose::html(&problem.detail()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_problem_code_of_the_api_is_explained() {
        let docs = docs(&PublicUrl::parse("https://voxum.example").unwrap());
        let explained: BTreeSet<_> = docs.problems.iter().map(|one| one.code.clone()).collect();
        let operations = docs.groups.iter().flat_map(|group| &group.operations);
        let codes = operations.flat_map(|operation| &operation.refusals);
        let codes: BTreeSet<_> = codes.map(|one| one.code.clone()).collect();
        assert_eq!(codes.difference(&explained).count(), 0, "{codes:?}");
        assert!(codes.len() > 15);
    }

    #[test]
    fn every_operation_has_responses_snippets_and_field_types() {
        let docs = docs(&PublicUrl::parse("https://voxum.example").unwrap());
        for operation in docs.groups.iter().flat_map(|group| &group.operations) {
            let title = &operation.title;
            assert!(!operation.answers.is_empty(), "{title}");
            assert_eq!(operation.snippets.len(), 3, "{title}");
            for snippet in &operation.snippets {
                assert!(snippet.text.contains("https://voxum.example/"), "{title}");
                assert!(
                    !snippet.text.contains('{') || !snippet.text.contains("{id}"),
                    "{title}"
                );
            }
            let rows = operation.body.iter().flat_map(|body| &body.fields);
            for row in rows.chain(operation.answers.iter().flat_map(|answer| &answer.fields)) {
                assert!(!row.kind.is_empty(), "{title}: {}", row.name);
            }
        }
    }
}
