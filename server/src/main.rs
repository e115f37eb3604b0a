//! The program `voxum`. All of its code is in the library, where tests reach it.

fn main() -> std::process::ExitCode {
    server::run()
}
