//! Tests of the program itself, started as an operator starts it.

mod admin;
mod backup;
mod bodies;
mod book;
mod canary;
mod database_tls;
mod docs;
mod doctor;
mod examples;
mod examples_again;
mod examples_files;
mod full;
mod full_disk;
mod http2;
mod https;
mod installation;
mod kill;
mod mail;
mod metrics;
mod nodes;
mod nodes_limits;
mod nodes_operator;
mod noticed;
mod operator;
mod outcome;
mod pepper;
mod pepper_change;
#[path = "../../storage/tests/postgres/server.rs"]
#[expect(dead_code, reason = "the tests of the store need more of it")]
mod postgres;
mod power;
mod proxies;
#[path = "../../storage/tests/postgres/proxy.rs"]
#[expect(dead_code, reason = "the tests of the store need more of it")]
mod proxy;
mod read_only;
mod rolling;
mod settings;
mod slow;
mod slow_start;
mod small_disk;
mod standby;
mod start;
mod stop;
mod storm;
mod support;
mod too_large;
mod upgrade;
mod uses;
mod wire;
