//! The two lines a revision needs in `lib.rs`, put in by syntax: the file is parsed for places, and edited as text.
//!
//! Invariant: nothing is changed but the two insertions (and the line breaks of a list that stood on one line); what is not understood is
//! refused.

use std::ops::Range;

use proc_macro2::TokenTree;
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Expr, ImplItem, Item, ItemImpl, ItemMod, Macro, Stmt};

/// What is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The line, from 1.
    pub(super) line: usize,
    /// In words.
    pub(super) text: String,
}

impl Problem {
    fn new(line: usize, text: impl Into<String>) -> Self {
        Self {
            line,
            text: text.into(),
        }
    }

    fn at(place: &impl syn::spanned::Spanned, text: impl Into<String>) -> Self {
        Self::new(place.span().start().line, text)
    }
}

/// The longest content of an array that rustfmt leaves on one line.
const SHORT: usize = 60;

/// Text to put in place of a range.
struct Edit {
    range: Range<usize>,
    text: String,
}

/// The text of `lib.rs` with the revision's `mod` and entry.
pub(super) fn add(old: &str, stem: &str) -> Result<String, Problem> {
    // Places are counted without a byte order mark.
    let (mark, text) = match old.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", old),
    };
    let file = parse(text)?;
    let newline = if text
        .split('\n')
        .next()
        .is_some_and(|line| line.ends_with('\r'))
    {
        "\r\n"
    } else {
        "\n"
    };
    if let Some(known) = declared(&file).find(|item| item.ident == stem) {
        return Err(Problem::at(known, format!("`mod {stem}` is there already")));
    }
    let list = list(&file)?;
    let mut edits = entry(text, list, stem)?;
    edits.push(declaration(text, &file, &entries(list)?, stem));
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    let mut new = text.to_owned();
    for edit in edits {
        new.replace_range(edit.range, &edit.text.replace('\n', newline));
    }
    check(&file, &new, stem)?;
    Ok(format!("{mark}{new}"))
}

fn parse(text: &str) -> Result<syn::File, Problem> {
    syn::parse_str(text).map_err(|error| {
        Problem::new(
            error.span().start().line,
            format!("it is not Rust that can be read ({error})"),
        )
    })
}

/// The edited text has both, once, and every entry that was there.
fn check(old: &syn::File, new: &str, stem: &str) -> Result<(), Problem> {
    let new = parse(new)?;
    let (old, entries) = (entries(list(old)?)?, entries(list(&new)?)?);
    let is_once = declared(&new).filter(|item| item.ident == stem).count() == 1;
    if is_once && entries.len() == old.len() + 1 && entries.starts_with(&old) {
        Ok(())
    } else {
        Err(Problem::new(1, "the edit did not come out right"))
    }
}

/// The entries of the list, as tokens.
fn entries(list: &Macro) -> Result<Vec<String>, Problem> {
    let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
    let entries = list
        .parse_body_with(parser)
        .map_err(|error| Problem::at(list, format!("the list cannot be read ({error})")))?;
    Ok(entries
        .iter()
        .map(|entry| entry.to_token_stream().to_string())
        .collect())
}

/// The modules with files of their own.
fn declared(file: &syn::File) -> impl Iterator<Item = &ItemMod> {
    file.items.iter().filter_map(|item| match item {
        Item::Mod(item) if item.content.is_none() => Some(item),
        _ => None,
    })
}

/// Where `mod …;` goes: after the last migration's, else after the last `mod`, else after the last `use`, else before everything.
fn declaration(text: &str, file: &syn::File, entries: &[String], stem: &str) -> Edit {
    let is_migration = |item: &&ItemMod| {
        let name = item.ident.to_string();
        let is_listed = |entry: &String| entry.split([' ', '(']).any(|word| word == name);
        let is_dated =
            name.starts_with('m') && name[1..].starts_with(|char: char| char.is_ascii_digit());
        is_dated || entries.iter().any(is_listed)
    };
    let sibling = declared(file)
        .filter(is_migration)
        .last()
        .or_else(|| declared(file).last());
    if let Some(sibling) = sibling {
        let range = sibling.span().byte_range();
        let indent = indentation(text, sibling.mod_token.span.byte_range().start);
        let visibility = match &sibling.vis {
            syn::Visibility::Inherited => String::new(),
            visibility => format!("{} ", &text[visibility.span().byte_range()]),
        };
        return after_line(text, range.end, &format!("{indent}{visibility}mod {stem};"));
    }
    let import = file.items.iter().rfind(|item| matches!(item, Item::Use(_)));
    if let Some(import) = import {
        let end = import.span().byte_range().end;
        return after_line(text, end, &format!("\nmod {stem};"));
    }
    let start = file
        .items
        .first()
        .map_or(text.len(), |item| item.span().byte_range().start);
    Edit {
        range: start..start,
        text: format!("mod {stem};\n\n"),
    }
}

/// A line after the one that `at` is on.
fn after_line(text: &str, at: usize, line: &str) -> Edit {
    match text[at..].find('\n') {
        Some(length) => {
            let start = at + length + 1;
            Edit {
                range: start..start,
                text: format!("{line}\n"),
            }
        }
        None => Edit {
            range: text.len()..text.len(),
            text: format!("\n{line}\n"),
        },
    }
}

/// The blanks at the start of the line that `at` is on.
fn indentation(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    let end = line
        .find(|char: char| char != ' ' && char != '\t')
        .unwrap_or(line.len());
    &line[..end]
}

/// The `vec![…]` of `migrations()`: what it returns, or the only list of boxes that it puts together with something else, as with the
/// migrations of another crate.
fn list(file: &syn::File) -> Result<&Macro, Problem> {
    let mut found = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) if is_migrator(item) => Some(item),
        _ => None,
    });
    let migrator = found
        .next()
        .ok_or_else(|| Problem::new(1, "there is no `impl MigratorTrait for …`"))?;
    if let Some(second) = found.next() {
        return Err(Problem::at(
            second,
            "there is a second `impl MigratorTrait for …`",
        ));
    }
    let function = migrator
        .items
        .iter()
        .find_map(|item| match item {
            ImplItem::Fn(function) if function.sig.ident == "migrations" => Some(function),
            _ => None,
        })
        .ok_or_else(|| Problem::at(migrator, "it has no `fn migrations()`"))?;
    match function.block.stmts.as_slice() {
        [Stmt::Expr(Expr::Macro(list), None)] if is_vec(&list.mac) => return Ok(&list.mac),
        [Stmt::Macro(list)] if list.semi_token.is_none() && is_vec(&list.mac) => {
            return Ok(&list.mac);
        }
        _ => {}
    }
    let mut lists = Lists::default();
    lists.visit_block(&function.block);
    let refused = |text| Err(Problem::at(&function.sig, text));
    match lists.0.as_slice() {
        [] => refused("`migrations()` has no `vec![…]`"),
        [list]
            if entries(list)?
                .iter()
                .all(|entry| entry.starts_with("Box ::")) =>
        {
            Ok(list)
        }
        [_] => refused("`migrations()` does more than return one `vec![…]` of boxes"),
        _ => refused("`migrations()` has several `vec![…]`"),
    }
}

/// Every `vec![…]` within.
#[derive(Default)]
struct Lists<'a>(Vec<&'a Macro>);

impl<'a> Visit<'a> for Lists<'a> {
    fn visit_macro(&mut self, found: &'a Macro) {
        if is_vec(found) {
            self.0.push(found);
        }
    }
}

fn is_vec(list: &Macro) -> bool {
    let last = list.path.segments.last();
    last.is_some_and(|last| last.ident == "vec")
}

fn is_migrator(item: &ItemImpl) -> bool {
    item.trait_.as_ref().is_some_and(|(path, _)| {
        path.segments
            .last()
            .is_some_and(|last| last.ident == "MigratorTrait" || last.ident == "MigratorTraitSelf")
    })
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// Where the entry goes: after the last one, on a line of its own; a short one alone stands on the list's, as rustfmt has it.
fn entry(text: &str, list: &Macro, stem: &str) -> Result<Vec<Edit>, Problem> {
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    let is_repeat =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    if let Some(repeat) = tokens.iter().find(|token| is_repeat(token)) {
        return Err(Problem::at(repeat, "the list is written as `vec![…; n]`"));
    }
    entries(list)?;
    let (syn::MacroDelimiter::Bracket(syn::token::Bracket { span })
    | syn::MacroDelimiter::Paren(syn::token::Paren { span })
    | syn::MacroDelimiter::Brace(syn::token::Brace { span })) = &list.delimiter;
    let open = span.open().byte_range().end;
    let close = span.close().byte_range().start;
    let base = indentation(text, list.span().byte_range().start);
    let tab = if base.contains('\t') { "\t" } else { "    " };
    let new = format!("Box::new({stem}::Migration)");
    let added = format!("{new},");
    let Some(end) = tokens.last() else {
        if new.len() <= SHORT && text[open..close].trim().is_empty() {
            let range = open..close;
            return Ok(vec![Edit { range, text: new }]);
        }
        return Ok(vec![empty(
            text,
            open..close,
            &format!("{base}{tab}{added}"),
            base,
        )]);
    };
    let last_end = end.span().byte_range().end;
    let comma = if is_comma(end) { "" } else { "," };
    if let Some(length) = text[last_end..close].find('\n') {
        let first = tokens[0].span().byte_range().start;
        let is_on_own_line = text[open..first].contains('\n');
        let place = if is_on_own_line { first } else { open };
        let indent = indentation(text, place);
        return Ok(vec![
            insertion(last_end, comma),
            insertion(last_end + length + 1, &format!("{indent}{added}\n")),
        ]);
    }
    let comment = text[last_end..close].trim_end();
    let mut edits = vec![Edit {
        range: last_end..close,
        text: format!("{comma}{comment}\n{base}{tab}{added}\n{base}"),
    }];
    if !text[open..close].contains('\n') {
        edits.extend(broken(text, &tokens, open, &format!("{base}{tab}")));
    }
    Ok(edits)
}

fn insertion(at: usize, text: &str) -> Edit {
    Edit {
        range: at..at,
        text: text.to_owned(),
    }
}

/// Into a list without entries; comments in it stay below.
fn empty(text: &str, inside: Range<usize>, line: &str, base: &str) -> Edit {
    let comments = &text[inside.clone()];
    if comments.trim().is_empty() {
        return Edit {
            range: inside,
            text: format!("\n{line}\n{base}"),
        };
    }
    let has_lines = comments.contains('\n');
    let end = if has_lines { "" } else { "\n" };
    insertion(inside.start, &format!("\n{line}{end}"))
}

/// A list on one line, its entries on lines of their own.
fn broken(text: &str, tokens: &[TokenTree], open: usize, indent: &str) -> Vec<Edit> {
    let starts = std::iter::once(open).chain(
        tokens[..tokens.len() - 1]
            .iter()
            .filter(|token| is_comma(token))
            .map(|comma| comma.span().byte_range().end),
    );
    starts
        .map(|start| {
            let rest = &text[start..];
            let blanks = rest.len() - rest.trim_start().len();
            Edit {
                range: start..start + blanks,
                text: format!("\n{indent}"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
