//! The command: arguments in, exit code out.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    portlint::cli::main(std::env::args_os())
}
