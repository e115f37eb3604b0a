//! A change whose COMMIT is not answered: every side calls its outcome unknown, and nothing is done twice.

use crate::installation::Installation;
use crate::proxy::Commit;
use crate::support::{Client, Server, run};
use serde_json::{Value, json};

/// Sends a JSON body, and returns the status, the body and `Retry-After`.
fn post(client: &Client, path: &str, body: &Value) -> (u16, Value, Option<String>) {
    let answer = client
        .send("POST", path, "application/json", &body.to_string())
        .unwrap();
    let text = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    (answer.status, text, answer.retry_after)
}

fn multipart(name: &str, file: &str) -> String {
    format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--x--\r\n"
    )
}

#[test]
fn outcome_is_called_unknown_by_every_side_when_a_commit_is_not_answered() {
    let installation = Installation::new();
    let proxy = installation.proxy();
    let node = Server::of(&mut installation.node_behind(&proxy), true);
    let owner = node.set_up(node.setup.as_deref().unwrap(), "ada@example.com");
    let crm = owner.create_with("CRM", "0123456789abcdef", &["leads:read", "leads:write"]);
    let crm = owner.with_key(&crm.unwrap());

    // The API, without an idempotency key: a repeat could store the lead twice, so none is suggested.
    proxy.set_commit_of("buyer@example.net", Commit::Unanswered);
    let lead = json!({ "email": "buyer@example.net" });
    let (status, problem, retry_after) = post(&crm, "/api/leads", &lead);
    assert_eq!((status, retry_after), (503, None), "{problem}");
    assert_eq!(problem["code"], "outcome_unknown");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("Check before you repeat it"), "{detail}");
    assert_eq!(installation.count("SELECT count(*) FROM leads"), 1);

    // The console's form. The same form again makes no second key, and says what became of the first.
    proxy.set_commit_of("Marked by form", Commit::Unanswered);
    let form = "name=Marked+by+form&scopes=leads%3Aread&expires=90d&token=form-token-0000001";
    let answer = owner.form("/keys", form).unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("may or may not have been made"));
    assert!(!answer.body.contains("Nothing was changed"));
    proxy.set_commit(Commit::Passes);
    let again = owner.form("/keys", form).unwrap();
    assert!(again.body.contains("was already created with this form"));

    // The console's function.
    proxy.set_commit_of("Marked by call", Commit::Unanswered);
    let form = json!({ "form": {
        "name": "Marked by call", "scopes": ["leads:read"], "expires": "90d", "token": "form-token-0000002",
    } });
    let (status, error, retry_after) = post(&owner, "/call/keys/create", &form);
    assert_eq!((status, retry_after), (503, None), "{error}");
    assert_eq!(error, "outcome_unknown");
    proxy.set_commit(Commit::Passes);
    let (_, again, _) = post(&owner, "/call/keys/create", &form);
    assert!(again["Err"]["already_created"].is_object(), "{again}");
    let marked = "SELECT count(*) FROM api_keys WHERE name LIKE 'Marked%'";
    assert_eq!(installation.count(marked), 2);

    // A file in the console, and a form that has no page of its own.
    proxy.set_commit_of("Marked item", Commit::Unanswered);
    let file = multipart("items.csv", "id,name\nA,Marked item\n");
    let kind = "multipart/form-data; boundary=x";
    let answer = owner.send("POST", "/inventory", kind, &file).unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("may or may not have been made"));
    assert!(!answer.body.contains("Nothing was stored"));
    proxy.set_commit_of("key.creation_stopped", Commit::Unanswered);
    let answer = owner.form("/settings/key-creation", "stop=1").unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("may or may not have been made"));
    proxy.set_commit(Commit::Passes);

    // The operator's command.
    let keys = owner.keys();
    let id = keys[0]["id"].as_str().unwrap();
    proxy.set_commit_of("key.paused", Commit::Unanswered);
    let (code, out, err) = run(installation.node_behind(&proxy).args(["key", "pause", id]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("may or may not have been made"), "{err}");
    proxy.set_commit(Commit::Passes);
    let (_, out, _) = run(installation.node_behind(&proxy).args(["key", "pause", id]));
    assert!(out.contains("Paused already"), "{out}");
    installation.end([node]);
}
