//! roundup, the program.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    roundup::cli::run()
}
