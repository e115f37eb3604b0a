//! The number of allocations that a request takes, from its bytes to those of the response.

use crate::answer;
use crate::support::World;
use crate::tape::{PEER, Tape, request, serve_bare};
use axum::Router;
use axum::routing::get;
use server::{Limits, serve_stream};
use tokio::runtime::{Builder, Runtime};

/// Allocations that a request to our own server may take beyond those of a bare axum server.
const EXTRA_ALLOCATIONS: u64 = 2;

/// Returns the allocations of one request, by a connection that sends the number of requests that
/// it receives.
///
/// The difference of two connections contains nothing of what only the first request of a
/// connection takes.
fn allocations(runtime: &Runtime, serve: impl AsyncFn(u32)) -> u64 {
    const FEW: u32 = 4;
    const MANY: u32 = 24;
    let count_for =
        |times| allocation_counter::measure(|| runtime.block_on(serve(times))).count_total;
    // Values that are created once in a process are created here.
    count_for(FEW);
    (count_for(MANY) - count_for(FEW)).div_ceil(u64::from(MANY - FEW))
}

#[test]
fn request_takes_at_most_two_allocations_more_than_one_to_a_bare_axum_server() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    let key = runtime.block_on(world.key());
    let request = request(&key.secret);
    let bare = allocations(&runtime, async |times| {
        let routes = Router::new().route("/api/key", get(answer::show));
        serve_bare(routes, &request, times).await;
    });
    let ours = allocations(&runtime, async |times| {
        let (tape, _) = Tape::new(&request, times);
        serve_stream(tape, PEER, world.app.clone(), Limits::new(1)).await;
    });
    println!("{ours} allocations, a bare axum server {bare}");
    assert!(
        ours <= bare + EXTRA_ALLOCATIONS,
        "{ours}, a bare axum server {bare}"
    );
}
