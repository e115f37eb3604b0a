//! `/inventory`: the items of the account, searched and paged.

use crate::support::{Text as _, World};

#[tokio::test]
async fn items_can_be_searched_and_paged() {
    let (_world, owner) = World::with_owner().await;
    let rows: Vec<_> = (0..60).map(|n| format!("K{n:02},Škoda {n}")).collect();
    let file = format!("id,name\n{}\nZ1,Tesla\n", rows.join("\n"));
    owner.import("cars.csv", &file, &[]).await.expect(200);
    let page = owner.get_text("/inventory?q=%C5%A1koda").await;
    page.has("60 of 61 items");
    page.lacks("Tesla");
    let (_, rest) = page
        .split_once("href=\"/inventory?q=%C5%A1koda&amp;cursor=")
        .unwrap();
    let (cursor, _) = rest.split_once('"').unwrap();
    let next = owner
        .get_text(&format!("/inventory?q=%C5%A1koda&cursor={cursor}"))
        .await;
    next.has("K50");
    next.lacks_all(["K49", "Tesla"]);
    let none = owner.get_text("/inventory?q=%3Cb%3E").await;
    none.has_all(["No matching items", "&lt;b&gt;"]);
}
