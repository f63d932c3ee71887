//! One revision of `lib.rs` taken out, or another put in its place: only lines as this tool writes them.

use super::lib_rs::Problem;

/// The text of `lib.rs` without a revision's `mod` and entry, or with another's there.
pub(super) fn exchange(text: &str, id: &str, instead: Option<&str>) -> Result<String, Problem> {
    let missing = |what: &str| Problem {
        line: 1,
        text: format!("there is no `{what}`, or there are several"),
    };
    let declaration = format!("mod {id};");
    let line = only(text, |line| {
        let line = line.trim();
        line == declaration || line == format!("pub {declaration}")
    })
    .ok_or_else(|| missing(&declaration))?;
    let mut new = text.to_owned();
    match instead {
        Some(stem) => {
            let written = text[line.clone()].replace(&declaration, &format!("mod {stem};"));
            new.replace_range(line, &written);
        }
        None => new.replace_range(line, ""),
    }
    let entry = format!("Box::new({id}::Migration)");
    if new.matches(&entry).count() != 1 {
        return Err(missing(&entry));
    }
    let new = match instead {
        Some(stem) => new.replace(&entry, &format!("Box::new({stem}::Migration)")),
        None => match only(&new, |line| line.trim().trim_end_matches(',') == entry) {
            Some(line) => {
                new.replace_range(line, "");
                new
            }
            None if new.contains(&format!("{entry}, ")) => new.replace(&format!("{entry}, "), ""),
            None => new.replace(&format!(", {entry}"), ""),
        },
    };
    syn::parse_file(&new).map_err(|error| Problem {
        line: error.span().start().line,
        text: format!("it would not be Rust without `{id}`: {error}"),
    })?;
    Ok(new)
}

/// The only line that is so, with its end.
fn only(text: &str, is_it: impl Fn(&str) -> bool) -> Option<std::ops::Range<usize>> {
    let mut start = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        if is_it(line) {
            if found.is_some() {
                return None;
            }
            found = Some(range);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::exchange;

    const LIB: &str = "\
mod m1;
mod m2;

fn migrations() {
    vec![
        Box::new(m1::Migration),
        Box::new(m2::Migration),
    ]
}
";

    #[test]
    fn lines_go_or_are_exchanged() {
        let without = exchange(LIB, "m1", None).expect("found");
        insta::assert_snapshot!(exchange(&without, "m2", Some("m3")).expect("found"), @r"
        mod m3;

        fn migrations() {
            vec![
                Box::new(m3::Migration),
            ]
        }
        ");
        let short =
            "mod a;\nmod b;\nfn f() { vec![Box::new(a::Migration), Box::new(b::Migration)] }\n";
        insta::assert_snapshot!(exchange(short, "b", None).expect("found"), @r"
        mod a;
        fn f() { vec![Box::new(a::Migration)] }
        ");
        assert!(exchange(LIB, "m4", None).is_err());
        assert!(exchange("mod m1;\nfn f() {}\n", "m1", None).is_err());
    }
}
