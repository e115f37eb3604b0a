//! The main fragments of pages, as a reader sees them.
//!
//! Other tests check what a page shows in one situation. A snapshot shows the whole fragment, so
//! that a text which appears, vanishes or moves is seen in a review.

use crate::support::{INVENTORY, Member, World};
use insta::assert_snapshot;
use regex::Regex;

/// Returns the visible text of the part of a page between two pieces of its source, with a line for
/// each paragraph, row and item. Texts that differ in each run are replaced.
async fn fragment(member: &Member, path: &str, from: &str, to: &str) -> String {
    let page = member.get_text(path).await;
    let (_, rest) = page.split_once(from).expect("the fragment begins");
    let (html, _) = rest.split_once(to).expect("the fragment ends");
    let (_, html) = html.split_once('>').unwrap();
    let replace = |text: &str, pattern: &str, by: &str| {
        let pattern = Regex::new(pattern).unwrap();
        pattern.replace_all(text, by).into_owned()
    };
    let text = replace(html, "(?s)<!--.*?-->", "");
    let hidden = "(?s)<(script|style|svg|dialog).*?</(script|style|svg|dialog)>";
    let text = replace(&text, hidden, "");
    let text = replace(&text, "</t[dh]>", " | ");
    let text = replace(&text, "</dt>", ": ");
    let blocks = "</(caption|dd|div|h1|h2|h3|label|li|p|summary|tr)>";
    let text = replace(&text, blocks, "\n");
    let text = replace(&text, "(?s)<[^>]*>", " ");
    let text = replace(&text, "vx_[0-9A-Za-z]{6}…", "vx_abc123…");
    let text = replace(&text, "[0-9a-f]{32}", "0123456789abcdef");
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.join(" ")
    });
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Returns the text of the main part of a page.
async fn main_text(member: &Member, path: &str) -> String {
    fragment(member, path, "<main", "</main>").await
}

#[tokio::test]
async fn list_of_keys_shows_each_key_with_its_status() {
    let (world, owner) = World::with_owner().await;
    let revoked = owner.create("CRM Sync", &["leads:read"]).await;
    owner.revoke(&revoked.id, "CRM Sync").await.expect(200);
    owner.create("Inventory Feed", &INVENTORY).await;
    world.clock.advance_seconds(60);
    let table = fragment(&owner, "/keys", "<table", "</table>").await;
    assert_snapshot!(table, @"
    API keys of this account
    Select | Name | Key preview | Permissions | 7 days | Created | Last used | Expires | Status | Actions |
    | Inventory Feed | vx_abc123… | inventory rw | No requests in 7 days | 1 min ago 23 Nov 2026, 05:31:07 UTC | Never used | in 3 mo 21 Feb 2027, 05:31:07 UTC | Active | Revoke ⋯ |
    | CRM Sync | vx_abc123… | leads r | No requests in 7 days | 1 min ago 23 Nov 2026, 05:31:07 UTC | Never used | – | Revoked Other · 1 minute ago 23 Nov 2026, 05:31:07 UTC by ada@example.com | ⋯ |
    ");
}

#[tokio::test]
async fn page_of_a_used_key_shows_its_facts_and_history() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Inventory Feed", &INVENTORY).await;
    key.get("/api/inventory").await.expect(200);
    key.get("/api/leads").await.expect(403);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(60);
    let path = format!("/keys/{}", key.id);
    assert_snapshot!(fragment(&owner, &path, "<main", "Show as table").await, @"
    Updated 05:32 · Refresh
    API Keys
    Inventory Feed
    Active
    Edit Pause Rotate Revoke
    Details
    Key preview: vx_abc123… Copy the key preview
    Last used: 1 minute ago 23 Nov 2026, 05:31:07 UTC from 192.0.2.7
    Expires: 21 Feb 2027, 05:31 UTC 21 Feb 2027, 05:31:07 UTC Extend to 22 May 2027
    Permissions: inventory:read Used 1 minute ago 23 Nov 2026, 05:31:07 UTC Remove
    inventory:write Not used yet Remove
    Rate limit: 10 requests per second, bursts up to 100 (account default)
    Created: 1 minute ago 23 Nov 2026, 05:31:07 UTC by ada@example.com
    Allowed IPs
    Any IP address can use this key.
    Learn which addresses use this key, then allow only those. The list starts with the last 7 days and grows until you select which to allow, or cancel.
    Start learning
    Requests
    24 hours 7 days 30 days
    2 requests , 1 rejected
    Accepted Rejected
    2 1 0
    17 Nov Accepted 0 Rejected 0 17 Nov
    18 Nov Accepted 0 Rejected 0
    19 Nov Accepted 0 Rejected 0 19 Nov
    20 Nov Accepted 0 Rejected 0
    21 Nov Accepted 0 Rejected 0 21 Nov
    22 Nov Accepted 0 Rejected 0
    23 Nov Accepted 1 Rejected 1 Today
    Accepted: 1 request. Rejected: 1. The most in one day: 2, on 23 Nov.
    ");
    assert_snapshot!(fragment(&owner, &path, "Sources", "</main>").await, @"
    Sources of requests with this key, the latest first
    IP address | First request | Last request | Requests |
    192.0.2.7 | 1 minute ago 23 Nov 2026, 05:31:07 UTC | 1 minute ago 23 Nov 2026, 05:31:07 UTC | 2 |
    History
    Created
    1 minute ago 23 Nov 2026, 05:31:07 UTC by ada@example.com from 192.0.2.7
    View in audit log
    ");
}

#[tokio::test]
async fn dashboard_of_an_account_with_calls_sums_them_up() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Inventory Feed", &INVENTORY).await;
    key.get("/api/inventory").await.expect(200);
    key.get("/api/leads").await.expect(403);
    world.services.flush().await.unwrap();
    let text = fragment(&owner, "/", "<main", "Show as table").await;
    assert_snapshot!(text, @"
    Updated 05:31 · Refresh
    Dashboard
    Requests, keys and data of this account, and its latest events.
    Connect your first system
    2 of 3 steps done
    Done: Create an API key
    Done: Send your first request
    3 Send your data
    Send items or leads through the API , or import a file of items . See Inventory and Leads for examples.
    Requests today 2 No requests a week ago to compare with
    Rejected today 50.0% 1 rejected
    Active keys 1 None paused or unused for 30 days
    Needs attention 0 All keys are in order
    Requests
    Last 30 days
    2 requests , 1 rejected
    Accepted Rejected
    2 1 0
    25 Oct Accepted 0 Rejected 0 25 Oct
    26 Oct Accepted 0 Rejected 0
    27 Oct Accepted 0 Rejected 0
    28 Oct Accepted 0 Rejected 0
    29 Oct Accepted 0 Rejected 0
    30 Oct Accepted 0 Rejected 0
    31 Oct Accepted 0 Rejected 0
    1 Nov Accepted 0 Rejected 0 1 Nov
    2 Nov Accepted 0 Rejected 0
    3 Nov Accepted 0 Rejected 0
    4 Nov Accepted 0 Rejected 0
    5 Nov Accepted 0 Rejected 0
    6 Nov Accepted 0 Rejected 0
    7 Nov Accepted 0 Rejected 0
    8 Nov Accepted 0 Rejected 0 8 Nov
    9 Nov Accepted 0 Rejected 0
    10 Nov Accepted 0 Rejected 0
    11 Nov Accepted 0 Rejected 0
    12 Nov Accepted 0 Rejected 0
    13 Nov Accepted 0 Rejected 0
    14 Nov Accepted 0 Rejected 0
    15 Nov Accepted 0 Rejected 0 15 Nov
    16 Nov Accepted 0 Rejected 0
    17 Nov Accepted 0 Rejected 0
    18 Nov Accepted 0 Rejected 0
    19 Nov Accepted 0 Rejected 0
    20 Nov Accepted 0 Rejected 0
    21 Nov Accepted 0 Rejected 0
    22 Nov Accepted 0 Rejected 0
    23 Nov Accepted 1 Rejected 1 Today
    Accepted: 1 request. Rejected: 1. The most in one day: 2, on 23 Nov.
    ");
}

#[tokio::test]
async fn explanation_of_a_refused_call_gives_the_reason_and_advice() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Inventory Feed", &INVENTORY).await;
    let refused = key.get("/api/leads").await.expect(403);
    world.clock.advance_seconds(60);
    let path = format!("/requests?id={}", refused.header("x-request-id"));
    assert_snapshot!(main_text(&owner, &path).await, @"
    Updated 05:32 · Refresh
    Requests
    Requests that were rejected in the last 7 days, and why.
    Request ID
    /
    The key was missing the permission leads:read.
    To allow this, add the permission to the key or use a different key.
    Add permission Time: 1 minute ago · 23 Nov 2026, 05:31:07 UTC
    Request: GET /api/leads
    Status: 403
    Key: Inventory Feed vx_abc123…
    IP address: 192.0.2.7
    Code: missing_scope
    All rejected requests
    ");
}

#[tokio::test]
async fn audit_log_shows_each_event_with_its_details() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Inventory Feed", &INVENTORY).await;
    owner.revoke(&key.id, "Inventory Feed").await.expect(200);
    let table = fragment(&owner, "/audit", "<table", "</table>").await;
    assert_snapshot!(table, @"
    Events in this account
    Time | Actor | Action | Resource | Change | IP address | Details |
    just now 23 Nov 2026, 05:31:07 UTC | ada@example.com | API key revoked | Inventory Feed | Reason: other; Receipt: Rejected on 1 of 1 node after 0 ms | 192.0.2.7 | Details
    Details: Reason : other
    Receipt : Rejected on 1 of 1 node after 0 ms
    Resource: Inventory Feed All events of this resource
    Actor: ada@example.com All events by this actor
    Time: 23 Nov 2026, 05:31:07 UTC
    Action: key.revoked
    IP address: 192.0.2.7
    Request ID: 0123456789abcdef
    |
    just now 23 Nov 2026, 05:31:07 UTC | ada@example.com | API key created | Inventory Feed | Permissions: inventory:read, inventory:write; Expires: 21 Feb 2027, 05:31:07 UTC | 192.0.2.7 | Details
    Details: Permissions : inventory:read, inventory:write
    Expires : 21 Feb 2027, 05:31:07 UTC
    Resource: Inventory Feed All events of this resource
    Actor: ada@example.com All events by this actor
    Time: 23 Nov 2026, 05:31:07 UTC
    Action: key.created
    IP address: 192.0.2.7
    Request ID: 0123456789abcdef
    |
    just now 23 Nov 2026, 05:31:07 UTC | ada@example.com | Signed in | | | 192.0.2.7 | Details
    Actor: ada@example.com All events by this actor
    Time: 23 Nov 2026, 05:31:07 UTC
    Action: session.opened
    IP address: 192.0.2.7
    Request ID: 0123456789abcdef
    |
    just now 23 Nov 2026, 05:31:07 UTC | ada@example.com | Account created | | Name: Acme Motors; Owner: ada@example.com | 192.0.2.7 | Details
    Details: Name : Acme Motors
    Owner : ada@example.com
    Actor: ada@example.com All events by this actor
    Time: 23 Nov 2026, 05:31:07 UTC
    Action: account.created
    IP address: 192.0.2.7
    Request ID: 0123456789abcdef
    |
    ");
}

#[tokio::test]
async fn team_shows_members_and_invitations() {
    let (world, owner) = World::with_owner().await;
    world.clock.advance_seconds(60);
    world.join(&owner, "bob@example.com", "viewer").await;
    let invitation = [("email", "eve@example.com"), ("role", "admin")];
    owner.form("/team/invite", &invitation).await;
    assert_snapshot!(main_text(&owner, "/team").await, @"
    Team
    People who can access this account, and their roles.
    Invite a member
    Members of this account
    Email | Role | Last seen | 2FA | Status | Actions |
    ada@example.com You | Owner | 1 minute ago 23 Nov 2026, 05:31:07 UTC | Off | Active | |
    bob@example.com | Viewer | just now 23 Nov 2026, 05:32:07 UTC | Off | Active | Manage bob@example.com |
    Open invitations
    Invitations that haven't been accepted
    Email | Role | Invited by | Expires | Actions |
    eve@example.com | Admin | ada@example.com | in 3 days 26 Nov 2026, 05:32:07 UTC | Get a new link for eve@example.com Cancel invitation of eve@example.com |
    Two-factor authentication
    Optional. Each member can turn it on for themselves. 2 active members don't have it. To require it for everyone, set it up for yourself first.
    ");
}
