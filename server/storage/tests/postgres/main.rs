//! The store on a real PostgreSQL server. Few tests with much in each, since each of them may be a process of its own,
//! with a server of its own.

mod atomic;
mod commit;
mod contract;
mod copies;
mod faults;
mod in_doubt;
mod item_changes;
mod listings;
mod opening;
mod outage;
mod proxy;
mod schema;
mod search;
mod server;
mod standby;
mod turns;
