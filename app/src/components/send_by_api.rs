//! How systems send items over the API.

use super::Code;
use crate::prelude::*;

/// Instructions for a person who sets up a system that sends items.
#[component]
pub fn SendByApi(url: String, account_id: String) -> impl IntoView {
    let call = format!(
        "curl -X POST {url}/api/inventory \\\n  -H \"X-API-Key: vx_abc123...\" \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"items\": [{{\"id\": \"SKU001\", \"name\": \"Honda Accord 2024\", \"category\": \"Sedan\", \"price\": 32500}}]}}'"
    );
    view! {
        <div class="form">
            <p>
                "Systems send items over HTTP, with an API key that has the permission "
                <code>"inventory:write"</code> ". " <a href="/keys/new">"Create a key"</a>
                " for each system."
            </p>
            <dl class="facts">
                <div>
                    <dt>"Endpoint"</dt>
                    <dd class="mono">"POST " {url} "/api/inventory"</dd>
                </div>
                <div>
                    <dt>"Account ID"</dt>
                    <dd class="mono">{account_id}</dd>
                </div>
            </dl>
            <Code id="example-call" text=call/>
        </div>
    }
}
