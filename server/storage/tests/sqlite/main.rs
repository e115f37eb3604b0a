//! Tests of the store on real SQLite files, in one program, so that it is linked once.

mod atomic;
mod concurrency;
mod copies;
mod erasure;
mod files;
mod opening;
mod processes;
mod settings;
mod support;
