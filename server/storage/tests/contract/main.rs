//! The contract suite on both databases. On SQLite, each case is a test of its own, on a file of
//! its own. On PostgreSQL, one test runs all cases, since every test may be a process of its own,
//! with its own server.

mod postgres;
mod sqlite;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut tests = sqlite::tests();
    tests.push(Trial::test("every_case_holds_on_postgres", || {
        run(postgres::run_every_case());
        Ok(())
    }));
    libtest_mimic::run(&arguments, tests).exit_code()
}

/// Runs a test to its end on a runtime of its own.
fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(test)
}
