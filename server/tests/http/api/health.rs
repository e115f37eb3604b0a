//! `/healthz` and `/readyz`

use crate::support::{Text as _, World};

#[tokio::test]
async fn server_is_alive_and_ready_when_it_can_verify_keys() {
    let world = World::new().await;
    for path in ["/healthz", "/readyz"] {
        let response = world.anonymous().get(path).await.expect(200);
        assert_eq!(response.body, "ok\n");
        assert_eq!(response.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn server_is_alive_but_not_ready_without_its_database() {
    let world = World::new().await;
    world.store.close().await;
    world.anonymous().get("/healthz").await.expect(200);
    let response = world.anonymous().get("/readyz").await;
    response.refusal(503, "unavailable");
}

#[tokio::test]
async fn server_is_alive_but_not_ready_and_closes_connections_while_it_shuts_down() {
    let world = World::new().await;
    world.state.leaving.cancel();
    let response = world.anonymous().get("/healthz").await.expect(200);
    assert_eq!(response.header("connection"), "close");
    let response = world.anonymous().get("/readyz").await;
    response.refusal(503, "unavailable");
    response.has("shutting down");
}
