//! Record of a refused call, by which its reason can be looked up under its request id.

use super::problem::Problem;
use crate::http::RequestContext;
use service::Services;
use service::refusal::Cause;

/// Reason of a refusal, as it is recorded.
struct RefusalRecord {
    code: &'static str,
    cause: Cause,
}

/// Maximum number of values of a body that are recorded.
const ENTRIES: usize = 20;

/// Field names of the API. Any other name is the caller's own text, and could contain a secret.
const NAMES: [&str; 21] = [
    "items",
    "id",
    "name",
    "category",
    "price",
    "currency",
    "description",
    "url",
    "image_url",
    "available",
    "attributes",
    "email",
    "phone",
    "message",
    "source",
    "item_id",
    "status",
    "external_id",
    "note",
    "created_at",
    "updated_at",
];

impl From<&Problem> for RefusalRecord {
    fn from(problem: &Problem) -> Self {
        let cause = match problem {
            Problem::MalformedKey(form) => Cause::Form(*form),
            Problem::IpNotAllowed { ip } => Cause::Address(*ip),
            Problem::AccountLimited { .. } => Cause::AccountLimit,
            Problem::MissingScope(scope) => Cause::Scope(*scope),
            Problem::InvalidBody(errors) => {
                let entries = errors.iter().take(ENTRIES);
                let entries =
                    entries.map(|error| (ours(&error.pointer), error.code.as_str().to_owned()));
                Cause::Entries(entries.collect())
            }
            _ => Cause::Nothing,
        };
        let (code, _) = problem.words();
        Self { code, cause }
    }
}

/// Replaces the caller's own names in a pointer.
fn ours(pointer: &str) -> String {
    let known = |part: &&str| {
        NAMES.contains(part) || (part.len() <= 6 && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let parts = pointer.split('/').skip(1);
    parts.fold(String::new(), |mut out, part| {
        out.push('/');
        out.push_str(if known(&part) { part } else { "…" });
        out
    })
}

/// Records the refusal of a request.
pub fn note(services: &Services, problem: &Problem, context: &RequestContext) {
    let RefusalRecord { code, cause } = problem.into();
    // If a token was requested from the key's own bucket, that bucket was the empty one.
    let is_own = code == "rate_limited" && cause == Cause::Nothing;
    let cause = if is_own && context.accepted().is_some() {
        Cause::OwnLimit
    } else {
        cause
    };
    let key = context.about().cloned();
    services.refusals.note(
        context.id.as_str(),
        key,
        code,
        cause,
        context.method,
        context.route,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_keeps_only_known_names_and_small_numbers() {
        for (pointer, kept) in [
            ("/items/0/price", "/items/0/price"),
            ("/items/4999/attributes/color", "/items/4999/attributes/…"),
            ("/vx_secret", "/…"),
            ("/1234567", "/…"),
            ("", ""),
            ("/items/~1a~0/name", "/items/…/name"),
        ] {
            assert_eq!(ours(pointer), kept, "{pointer}");
        }
    }
}
