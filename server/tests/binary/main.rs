//! The program itself, started as an operator starts it.

mod admin;
mod bodies;
mod canary;
mod docs;
mod examples;
mod kill;
mod mail;
mod pepper;
mod settings;
mod start;
mod stop;
mod support;
mod wire;
