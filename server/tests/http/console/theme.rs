//! `/theme`

use crate::support::{Text as _, World};

#[tokio::test]
async fn times_and_rows_are_shown_as_the_cookies_select() {
    let world = World::new().await;
    for (cookie, mark) in [
        ("", "data-times=\"relative\" data-rows=\"compact\""),
        ("voxum_times=exact", "data-times=\"exact\""),
        ("voxum_times=\"><script>", "data-times=\"relative\""),
        ("voxum_rows=comfortable", "data-rows=\"comfortable\""),
        ("voxum_rows=\"><script>", "data-rows=\"compact\""),
    ] {
        let page = world
            .anonymous()
            .with("cookie", cookie)
            .get("/sign-in")
            .await;
        assert!(page.expect(200).body.contains(mark), "{cookie}");
    }
}

#[tokio::test]
async fn theme_is_stored_in_a_cookie_and_applied() {
    let world = World::new().await;
    let response = world
        .anonymous()
        .form("/theme", &[("theme", "dark"), ("next", "/inventory")])
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/inventory");
    assert_eq!(
        response.header("set-cookie"),
        "voxum_theme=dark; SameSite=Lax; Path=/; Max-Age=31536000"
    );
    let page = world
        .anonymous()
        .with("cookie", "voxum_theme=dark")
        .get("/sign-in")
        .await
        .expect(200);
    page.has("data-theme=\"dark\"");
}

#[tokio::test]
async fn unknown_theme_falls_back_to_the_system_theme_and_is_not_echoed() {
    let world = World::new().await;
    let fields = [
        ("theme", "x\r\nSet-Cookie: a=b"),
        ("next", "//evil.example"),
    ];
    let response = world.anonymous().form("/theme", &fields).await.expect(303);
    assert!(
        response
            .header("set-cookie")
            .starts_with("voxum_theme=system;")
    );
    assert_eq!(response.header("location"), "/");
    let page = world
        .anonymous()
        .with("cookie", "voxum_theme=\"><script>")
        .get("/sign-in")
        .await
        .expect(200);
    page.has("data-theme=\"system\"");
}
