//! roundup, the program.

fn main() -> std::process::ExitCode {
    roundup::cli::run()
}
