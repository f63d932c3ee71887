//! What a revision's file says it follows, said anew: the list in its `revision!`, and the line of its documentation.
//!
//! Invariant: nothing else of the file is changed; what is not understood is refused.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenTree};
use syn::Item;

use super::lib_rs::Problem;
use crate::comment::lines;
use crate::literal::string;

/// How that line begins in a file that this tool wrote.
const KEY: &str = "//! Follows: ";

/// The text of a revision's file that follows these revisions instead.
pub(super) fn follow(old: &str, parents: &[String]) -> Result<String, Problem> {
    // Places are counted without a byte order mark.
    let (mark, text) = match old.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", old),
    };
    let list = list(text)?;
    let words: Vec<String> = parents.iter().map(|parent| string(parent)).collect();
    let mut new = text.to_owned();
    new.replace_range(list.clone(), &format!("[{}]", words.join(", ")));
    // Inner documentation stands before every item, so the place of the list is still right.
    if let Some(line) = documented(&text[..list.start]) {
        let told = match parents {
            [] => "nothing".to_owned(),
            parents => parents.join(", "),
        };
        let mut told = lines(0, "//!", 2, &format!("Follows: {told}"));
        if text[line.clone()].ends_with("\r\n") {
            told = told.replace('\n', "\r\n");
        }
        new.replace_range(line, &told);
    }
    Ok(format!("{mark}{new}"))
}

/// The place of the list after `parents:` in the file's `revision!`, with its brackets.
fn list(text: &str) -> Result<Range<usize>, Problem> {
    let problem = |line, text: &str| Problem {
        line,
        text: text.to_owned(),
    };
    let file = syn::parse_str::<syn::File>(text).map_err(|error| {
        problem(
            error.span().start().line,
            &format!("it is not Rust that can be read ({error})"),
        )
    })?;
    let mut stated = file.items.iter().filter_map(|item| match item {
        Item::Macro(item) => {
            let name = item.mac.path.segments.last();
            name.filter(|name| name.ident == "revision")
                .map(|_| &item.mac)
        }
        _ => None,
    });
    let stated = match (stated.next(), stated.next()) {
        (Some(one), None) => one,
        (None, _) => return Err(problem(1, "it has no `revision! { … }`")),
        (Some(_), Some(_)) => return Err(problem(1, "it has a second `revision! { … }`")),
    };
    let tokens: Vec<TokenTree> = stated.tokens.clone().into_iter().collect();
    let found = tokens.windows(3).find_map(|three| match three {
        [
            TokenTree::Ident(name),
            TokenTree::Punct(colon),
            TokenTree::Group(list),
        ] if name == "parents"
            && colon.as_char() == ':'
            && list.delimiter() == Delimiter::Bracket =>
        {
            Some(list.span().byte_range())
        }
        _ => None,
    });
    found.ok_or_else(|| problem(1, "its `revision!` says no `parents: […]`"))
}

/// The place of the documentation's line, with the lines that it goes on in.
fn documented(text: &str) -> Option<Range<usize>> {
    let start = match text.find(&format!("\n{KEY}")) {
        Some(newline) => newline + 1,
        None if text.starts_with(KEY) => 0,
        None => return None,
    };
    let mut rest = text[start..].split_inclusive('\n');
    let first = rest.next()?.len();
    let more = rest.take_while(|line| line.starts_with("//!   "));
    Some(start..start + first + more.map(str::len).sum::<usize>())
}

#[cfg(test)]
mod tests {
    use super::follow;

    const FILE: &str = "\
//! Add a name. It keeps `parents: []` in mind.
//!
//! Revision: m3
//! Follows: m1_a_revision_with_a_long_name_that_goes_on, m2_another_one_of_that_kind_that_needs_a_line_of_its_own,
//!   m2_more
//! Created: 2026-01-31 12:00:00 UTC

use plimsoll::prelude::*;

plimsoll::revision! {
    id: \"m3\",
    // Both of them.
    parents: [
        \"m1_a_revision_with_a_long_name_that_goes_on\",
    ],
    labels: [\"x\"],
}
";

    #[test]
    fn the_list_and_the_documentation_are_said_anew() {
        insta::assert_snapshot!(follow(FILE, &["m4".to_owned(), "m5".to_owned()]).expect("understood"), @r#"
        //! Add a name. It keeps `parents: []` in mind.
        //!
        //! Revision: m3
        //! Follows: m4, m5
        //! Created: 2026-01-31 12:00:00 UTC

        use plimsoll::prelude::*;

        plimsoll::revision! {
            id: "m3",
            // Both of them.
            parents: ["m4", "m5"],
            labels: ["x"],
        }
        "#);
        let short = "revision! { id: \"m2\", parents: [], }\n";
        let moved = follow(short, &["m1".to_owned()]).expect("understood");
        assert_eq!(moved, "revision! { id: \"m2\", parents: [\"m1\"], }\n");
        assert_eq!(follow(&moved, &[]).expect("understood"), short);
        let windows = "\u{feff}//! Follows: m1\r\nrevision! { parents: [\"m1\"] }\r\n";
        assert_eq!(
            follow(windows, &["m2".to_owned()]).expect("understood"),
            windows.replace("m1", "m2")
        );
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let told = |text: &str| follow(text, &[]).expect_err("refused").text;
        insta::assert_snapshot!(told("pub struct Migration;"), @"it has no `revision! { … }`");
        insta::assert_snapshot!(told("revision! { parents: [] } revision! { parents: [] }"), @"it has a second `revision! { … }`");
        insta::assert_snapshot!(told("revision! { id: \"m1\", parents: () }"), @"its `revision!` says no `parents: […]`");
        insta::assert_snapshot!(told("fn ("), @"it is not Rust that can be read (cannot parse string into token stream)");
    }
}
