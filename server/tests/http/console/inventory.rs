//! `/inventory`: the items of the account, searched and paged.

use crate::support::World;

#[tokio::test]
async fn items_can_be_searched_and_paged() {
    let world = World::new().await;
    let owner = world.owner().await;
    let rows: Vec<_> = (0..60).map(|n| format!("K{n:02},Škoda {n}")).collect();
    let file = format!("id,name\n{}\nZ1,Tesla\n", rows.join("\n"));
    owner.import("cars.csv", &file, &[]).await.expect(200);
    let page = owner.get("/inventory?q=%C5%A1koda").await.expect(200).body;
    assert!(
        page.contains("60 of 61 items") && !page.contains("Tesla"),
        "{page}"
    );
    let (_, rest) = page
        .split_once("href=\"/inventory?q=%C5%A1koda&amp;cursor=")
        .unwrap();
    let (cursor, _) = rest.split_once('"').unwrap();
    let next = owner
        .get(&format!("/inventory?q=%C5%A1koda&cursor={cursor}"))
        .await
        .expect(200)
        .body;
    assert!(
        next.contains("K50") && !next.contains("K49") && !next.contains("Tesla"),
        "{next}"
    );
    let none = owner.get("/inventory?q=%3Cb%3E").await.expect(200).body;
    assert!(
        none.contains("No item matches") && none.contains("&lt;b&gt;"),
        "{none}"
    );
}
