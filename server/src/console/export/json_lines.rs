//! One JSON object a line for each event.

use serde_json::json;
use service::audit::title;
use service::rfc3339;
use service::store::LoggedEvent;

pub fn line(bytes: &mut Vec<u8>, logged: &LoggedEvent) {
    let event = &logged.event;
    let (kind, id) = event.actor.parts();
    let object = json!({
        "number": logged.seq,
        "time": rfc3339(event.at),
        "actor": { "kind": kind, "id": id, "name": logged.actor },
        "action": event.action.as_str(),
        "what": title(event.action),
        "subject": { "id": event.subject, "name": logged.subject },
        "ip": event.ip,
        "user_agent": event.user_agent,
        "detail": event.detail,
    });
    bytes.extend_from_slice(object.to_string().as_bytes());
    bytes.push(b'\n');
}
