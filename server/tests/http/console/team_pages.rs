//! Large teams, page by page.

use crate::support::{Member, OWNER, Text as _, World};

/// Returns the address of the next page that a list on this page links to.
fn next(page: &str, list: &str) -> Option<String> {
    let (_, pager) = page.split_once(&format!("aria-label=\"{list}\""))?;
    let (pager, _) = pager.split_once("</nav>")?;
    let (_, link) = pager.split_once("href=\"/team?cursor=")?;
    let (cursor, _) = link.split_once('"')?;
    pager
        .contains("Next page")
        .then(|| format!("/team?cursor={cursor}"))
}

/// Returns the email addresses on the page that start with `beginning`, in order.
fn addresses(page: &str, beginning: &str) -> Vec<String> {
    let rows = page.split("<span class=\"name\">").skip(1);
    rows.filter_map(|row| row.split_once('<'))
        .map(|(email, _)| email.to_owned())
        .filter(|email| email.starts_with(beginning))
        .collect()
}

async fn read(reader: &Member, at: &str) -> String {
    let page = reader.get_text(at).await;
    assert!(page.len() < 250_000, "{} bytes at {at}", page.len());
    page
}

#[tokio::test]
async fn large_team_is_paged_with_active_members_first() {
    let (world, owner) = World::with_owner().await;
    // Their ids come before those of the active members.
    world
        .sql(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 250)
            INSERT INTO members (id, account_id, email, role, password_hash, created_at, deactivated_at)
            SELECT printf('0-%03d', n), (SELECT id FROM accounts), printf('out-%03d@example.com', n), 'viewer', 'x', 0, 1
            FROM n",
        )
        .await;
    for number in 0..101 {
        let email = format!("guest-{number:03}@example.com");
        let fields = [("email", email.as_str()), ("role", "viewer")];
        owner.form("/team/invite", &fields).await.expect(200);
    }

    let first = read(&owner, "/team").await;
    assert_eq!(addresses(&first, "")[0], OWNER);
    let (mut members, mut guests) = (addresses(&first, "out-"), addresses(&first, "guest-"));
    assert_eq!((members.len(), guests.len()), (99, 100));
    let mut at = next(&first, "Pages of members");
    while let Some(path) = at {
        let page = read(&owner, &path).await;
        assert!(page.contains("First page") && addresses(&page, "guest-").is_empty());
        members.extend(addresses(&page, "out-"));
        at = next(&page, "Pages of members");
    }
    let page = next(&first, "Pages of invitations").expect("there is one invitation more");
    let page = read(&owner, &page).await;
    assert_eq!(addresses(&page, "out-"), [""; 0]);
    guests.extend(addresses(&page, "guest-"));
    assert_eq!(next(&page, "Pages of invitations"), None);
    let expected = |name: &str, numbers: std::ops::Range<u32>| -> Vec<String> {
        numbers
            .map(|number| format!("{name}-{number:03}@example.com"))
            .collect()
    };
    assert_eq!(members, expected("out", 1..251));
    assert_eq!(guests, expected("guest", 0..101));

    // A member or guest who is not on the first page still has a page, can be changed or withdrawn,
    // and is an option in the log's filter if selected.
    let last = "out-250@example.com";
    assert!(read(&owner, "/team/0-250").await.contains(last));
    let reactivated = owner.form("/team/0-250/reactivate", &[]).await;
    let page = owner.follow(&reactivated.expect(303)).await.expect(200);
    page.has("Member reactivated.");
    let fields = [("email", "guest-100@example.com")];
    owner.form("/team/withdraw", &fields).await.expect(303);
    let first = read(&owner, "/team").await;
    assert_eq!(next(&first, "Pages of invitations"), None);
    assert!(addresses(&first, "").contains(&last.to_owned()));
    assert!(!read(&owner, "/audit").await.contains("out-240@"));
    assert!(
        read(&owner, "/audit?who=member:0-240")
            .await
            .contains("out-240@")
    );
    // After the last entry, as when everyone on the page has left meanwhile.
    let cursor = hex::encode("[false,\"0-250\"]");
    let end = read(&owner, &format!("/team?cursor=0d{cursor}")).await;
    assert!(end.contains("Nothing more to show") && end.contains("Show the first page"));
    for bad in ["0d", "xyz", "0198"] {
        owner.get(&format!("/team?cursor={bad}")).await.expect(404);
    }
}

#[tokio::test]
async fn role_change_is_refused_if_the_role_changed_meanwhile() {
    let (world, owner) = World::with_owner().await;
    world.join(&owner, "bob@example.com", "viewer").await;
    let page = format!("/team/{}", world.member_id("bob@example.com").await);
    let form = owner.get_text(&page).await;
    form.has("name=\"seen\" value=\"viewer\"");
    let save = async |role: &str, seen: &str| {
        let fields = [("role", role), ("seen", seen)];
        owner.form(&format!("{page}/role"), &fields).await
    };
    save("admin", "viewer").await.expect(303);
    let refusal = save("owner", "viewer").await.expect(422).body;
    refusal.has_all([
        "This was changed while you were editing it, so your changes weren't saved.",
        "The role is now admin.",
        "name=\"seen\" value=\"admin\"",
    ]);
    let role = "SELECT count(*) FROM members WHERE email = 'bob@example.com' AND role = 'admin'";
    assert_eq!(world.count(role).await, 1);
    save("owner", "admin").await.expect(303);
}
