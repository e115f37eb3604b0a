//! Tests of the store on a real PostgreSQL server. There are few tests with many steps each, since
//! every test may be a process of its own, with its own server.

mod atomic;
mod commit;
mod concurrency;
mod copies;
mod faults;
mod in_doubt;
mod item_changes;
mod listings;
mod opening;
mod outage;
mod schema;
mod search;
mod standby;
