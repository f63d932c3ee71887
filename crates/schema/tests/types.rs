//! The tables of docs/types.md are true.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use plimsoll_schema::backend::types;
use plimsoll_schema::{ColumnType, Server, Version};

/// The rows of a chapter's table: each type's spellings.
fn rows(chapter: &str) -> Vec<Vec<String>> {
    let text = include_str!("../../../docs/types.md");
    let start = text.find(&format!("## {chapter}\n")).unwrap();
    let body = &text[start + 3..];
    let end = body.find("\n## ").unwrap_or(body.len());
    body[..end]
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            line.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

fn stored(server: &Server, text: &str) -> ColumnType {
    types::stored(server, &types::parse(server, text))
}

#[test]
fn spellings_of_a_row_are_one_type_and_rows_are_different_types() {
    for (chapter, server) in [
        ("PostgreSQL", Server::postgres(15)),
        ("MySQL and MariaDB", Server::mysql(Version(9, 7, 0))),
        ("MySQL and MariaDB", Server::mariadb(Version(10, 11, 0))),
        ("SQLite", Server::sqlite()),
    ] {
        let mut wrong = Vec::new();
        let mut seen: Vec<(String, ColumnType)> = Vec::new();
        for row in rows(chapter) {
            let first = stored(&server, &row[0]);
            for other in &row[1..] {
                let other_type = stored(&server, other);
                if other_type != first {
                    wrong.push(format!(
                        "{} is {first:?}, {other} is {other_type:?}",
                        row[0]
                    ));
                }
            }
            if let Some((name, _)) = seen.iter().find(|(_, known)| *known == first) {
                wrong.push(format!("{name} and {} are one type", row[0]));
            }
            seen.push((row[0].clone(), first));
        }
        assert!(!seen.is_empty(), "{chapter} has no table");
        assert_eq!(wrong, Vec::<String>::new(), "{chapter}");
    }
}
