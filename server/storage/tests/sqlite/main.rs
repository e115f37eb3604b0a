//! The store on real SQLite files. One program for all of it, so that it is linked once.

mod atomic;
mod contract;
mod copies;
mod erasure;
mod files;
mod opening;
mod processes;
mod settings;
mod support;
mod turns;
