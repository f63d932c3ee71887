//! `plimsoll …`: the command line of the migrations crate around the current directory.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll::forward::main(std::env::args_os().collect())
}
