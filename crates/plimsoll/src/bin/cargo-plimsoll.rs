//! `cargo plimsoll …`: the same as `plimsoll …`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words: Vec<std::ffi::OsString> = std::env::args_os().collect();
    // Cargo says the name of the command once more.
    if words.get(1).is_some_and(|word| word == "plimsoll") {
        words.remove(1);
    }
    // So is it called in help and usage.
    if let Some(name) = words.first_mut() {
        *name = "cargo plimsoll".into();
    }
    plimsoll::forward::main(words)
}
