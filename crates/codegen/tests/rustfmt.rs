//! rustfmt leaves every file as it is. Where rustfmt is not installed, only that they parse is tested (by `render_file` itself).

use std::process::Command;

use plimsoll_codegen::{Header, render_file};
use plimsoll_differ::compare::compare;
use plimsoll_differ::plan::plan;
use plimsoll_schema::{Catalog, Server, Version};
use plimsoll_testkit::random::{Source, catalog, closed, edited};

/// A repeatable source of numbers (xorshift).
fn numbers(seed: u64) -> Vec<u32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..160)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u32::try_from(state >> 40).expect("24 bits")
        })
        .collect()
}

#[test]
fn rustfmt_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("rustfmt.toml"), "").expect("written");
    let mut files = Vec::new();
    let servers = [
        Server::sqlite(),
        Server::postgres(17),
        Server::mysql(Version(8, 4, 0)),
        Server::mariadb(Version(10, 11, 0)),
    ];
    for (at, server) in servers.iter().enumerate() {
        for seed in 0..60 {
            let numbers = numbers(seed);
            let mut source = Source::new(&numbers);
            let from = catalog(server, &mut source);
            let to = edited(server, &from, &mut source);
            let (from, to) = (closed(server, from), closed(server, to));
            for (way, from, to) in [("create", &Catalog::default(), &from), ("edit", &from, &to)] {
                let plan = plan(server, from, &compare(server, from, to)).expect("a plan");
                let id = format!("m20261121_101500_{way}_{at}_{seed}");
                let header = Header {
                    parents: vec![],
                    labels: Vec::new(),
                    depends_on: Vec::new(),
                    replaces: Vec::new(),
                    message: format!("{way} {seed}"),
                    created: "2026-11-21T10:15:00Z".parse().expect("a date"),
                    compared_with: None,
                    id: id.clone(),
                };
                let text = render_file(&plan, &header).expect("a file");
                let path = folder.path().join(format!("{id}.rs"));
                std::fs::write(&path, text).expect("written");
                files.push(path);
            }
        }
    }
    let Ok(output) = Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "--config-path"])
        .arg(folder.path())
        .args(&files)
        .output()
    else {
        return;
    };
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{report}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
