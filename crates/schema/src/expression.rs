//! SQL expressions as text: cutting them into tokens, and a spelling that is the same for what is certainly the same.
//!
//! Invariant: two expressions with equal [`normal`] forms mean the same. Unequal forms mean nothing: then the server is asked.
//! Nothing here evaluates anything.

/// A token of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// An unquoted word, as written.
    Word(String),
    /// A quoted identifier, unquoted.
    Quoted(String),
    /// A string literal, unquoted.
    String(String),
    /// A number, as written.
    Number(String),
    /// An operator or a punctuation character.
    Symbol(String),
}

/// Cuts SQL into tokens; white space and comments are left out. `backslash` says whether `\` escapes inside strings (MySQL).
pub fn tokens(sql: &str, backslash: bool) -> Vec<Token> {
    let chars: Vec<char> = sql.chars().collect();
    let mut at = 0;
    let mut out = Vec::new();
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match c {
            _ if c.is_whitespace() => at += 1,
            '-' if next == Some('-') => {
                while chars.get(at).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            '/' if next == Some('*') => {
                at += 2;
                while at < chars.len() && !(chars[at] == '*' && chars.get(at + 1) == Some(&'/')) {
                    at += 1;
                }
                at += 2;
            }
            '\'' => out.push(Token::String(quoted(&chars, &mut at, '\'', backslash))),
            '"' | '`' => out.push(Token::Quoted(quoted(&chars, &mut at, c, false))),
            _ if c.is_ascii_digit() || (c == '.' && next.is_some_and(|n| n.is_ascii_digit())) => {
                let start = at;
                while chars
                    .get(at)
                    .is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.')
                {
                    let exponent = matches!(chars[at], 'e' | 'E')
                        && matches!(chars.get(at + 1), Some('+' | '-'));
                    at += if exponent { 2 } else { 1 };
                }
                out.push(Token::Number(chars[start..at].iter().collect()));
            }
            _ if c.is_alphanumeric() || c == '_' || c == '$' => {
                let start = at;
                while chars
                    .get(at)
                    .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
                {
                    at += 1;
                }
                out.push(Token::Word(chars[start..at].iter().collect()));
            }
            _ => {
                let pair: String = [c].into_iter().chain(next).collect();
                let known = [
                    "::", "<>", "!=", "<=", ">=", "||", "==", "->", "=>", "&&", "@>", "<@", "~*",
                    "!~",
                ];
                if known.contains(&pair.as_str()) {
                    out.push(Token::Symbol(pair));
                    at += 2;
                } else {
                    out.push(Token::Symbol(c.to_string()));
                    at += 1;
                }
            }
        }
    }
    out
}

/// Reads a quoted run that starts at `at`; a doubled quote is one quote.
fn quoted(chars: &[char], at: &mut usize, quote: char, backslash: bool) -> String {
    let mut text = String::new();
    *at += 1;
    while let Some(&c) = chars.get(*at) {
        let next = chars.get(*at + 1).copied();
        if backslash && c == '\\' && next.is_some() {
            text.extend(next);
            *at += 2;
        } else if c == quote && next == Some(quote) {
            text.push(quote);
            *at += 2;
        } else if c == quote {
            *at += 1;
            break;
        } else {
            text.push(c);
            *at += 1;
        }
    }
    text
}

/// One spelling of an expression: words in lower case, identifiers without needless quotes, one space between tokens, no
/// parentheses around the whole or doubled, `<>` for `!=`, no cast on a string literal that names its own column's text type.
pub fn normal(sql: &str) -> String {
    let mut list = tokens(sql, false);
    drop_literal_casts(&mut list);
    strip_outer(&mut list);
    collapse_doubled(&mut list);
    list.iter().map(spell).collect::<Vec<_>>().join(" ")
}

/// Whether two expressions are certainly the same.
pub fn same(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    // Where both say of what type a literal is, the one type need not be the other.
    let casts = [left, right].map(literal_casts);
    let is_other = casts.iter().all(|casts| !casts.is_empty()) && casts[0] != casts[1];
    !is_other && normal(left) == normal(right)
}

/// The types that string literals are cast to, as far as [`normal`] leaves them out.
fn literal_casts(sql: &str) -> Vec<Token> {
    let mut list = tokens(sql, false);
    let mut out = Vec::new();
    let mut at = 0;
    while at < list.len() {
        let length = cast_length(&list, at);
        out.extend(list.drain(at + 1..=at + length));
        at += 1;
    }
    out
}

/// Whether an expression names a type: after `::`, with or without its schema.
pub fn casts_to(sql: &str, name: &str) -> bool {
    let list = tokens(sql, false);
    let is_it = |token: Option<&Token>| match token {
        Some(Token::Word(word) | Token::Quoted(word)) => word == name,
        Some(Token::String(_) | Token::Number(_) | Token::Symbol(_)) | None => false,
    };
    let is_dot = |token: Option<&Token>| token == Some(&Token::Symbol(".".into()));
    list.iter().enumerate().any(|(at, token)| {
        *token == Token::Symbol("::".into())
            && (is_it(list.get(at + 1)) || (is_dot(list.get(at + 2)) && is_it(list.get(at + 3))))
    })
}

/// Whether an expression mentions a name as an identifier. Where a backslash may end a string or not, as the server has it, either is
/// enough.
pub fn mentions(sql: &str, name: &str) -> bool {
    let is_in = |backslash| {
        tokens(sql, backslash).iter().any(|token| match token {
            Token::Word(word) => word.eq_ignore_ascii_case(name),
            Token::Quoted(word) => word == name,
            Token::String(_) | Token::Number(_) | Token::Symbol(_) => false,
        })
    };
    is_in(false) || (sql.contains('\\') && is_in(true))
}

/// Whether an expression mentions a column where names that differ in case are two: without quotes, a name is in lower case.
pub fn mentions_exactly(sql: &str, name: &str) -> bool {
    tokens(sql, false).iter().any(|token| match token {
        Token::Word(word) => word.to_lowercase() == name,
        Token::Quoted(word) => word == name,
        Token::String(_) | Token::Number(_) | Token::Symbol(_) => false,
    })
}

/// The expression after a column it mentions was renamed; what is not the column stays as written. The new name has double quotes only
/// where it needs them, as PostgreSQL prints it.
pub fn renamed(sql: &str, from: &str, to: &str) -> String {
    let bare = if crate::backend::is_plain_name(to) {
        to.to_owned()
    } else {
        format!("\"{}\"", to.replace('"', "\"\""))
    };
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let length = match c {
            '\'' | '"' | '`' => quoted_length(rest, c),
            _ if is_name(c) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let is_call = after.trim_start().starts_with('(');
        let is_quoted = |quote: char| {
            c == quote
                && token
                    .trim_matches(c)
                    .replace(&format!("{c}{c}"), &c.to_string())
                    == from
        };
        // A number is no name, though a name in quotes may look like one.
        let is_word =
            is_name(c) && !c.is_ascii_digit() && token.eq_ignore_ascii_case(from) && !is_call;
        if is_word || is_quoted('"') {
            out.push_str(&bare);
        } else if is_quoted('`') {
            out.push('`');
            out.push_str(&to.replace('`', "``"));
            out.push('`');
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    out
}

/// How many bytes the quoted run at the start of the text takes.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut inside = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if c == quote {
            match inside.peek() {
                Some((_, next)) if *next == quote => {
                    inside.next();
                }
                Some(_) | None => return at + c.len_utf8(),
            }
        }
    }
    text.len()
}

/// The text without parentheses that enclose all of it.
pub fn without_outer_parentheses(sql: &str) -> &str {
    let mut text = sql.trim();
    while encloses(text) {
        text = text[1..text.len() - 1].trim();
    }
    text
}

/// Whether the first character is a parenthesis that the last one closes.
fn encloses(text: &str) -> bool {
    if !(text.starts_with('(') && text.ends_with(')')) {
        return false;
    }
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
            }
            None => match c {
                '\'' | '"' | '`' => quote = Some(c),
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && at + 1 < text.len() {
                        return false;
                    }
                }
                _ => {}
            },
        }
    }
    true
}

fn spell(token: &Token) -> String {
    match token {
        Token::Word(word) => word.to_lowercase(),
        // `"current_user"` is a column, `current_user` is not.
        Token::Quoted(word) if crate::backend::is_bare(word) => word.clone(),
        Token::Quoted(word) => format!("\"{word}\""),
        Token::String(text) => format!("'{}'", text.replace('\'', "''")),
        Token::Number(number) => number.clone(),
        Token::Symbol(symbol) if symbol == "!=" => "<>".into(),
        Token::Symbol(symbol) if symbol == "==" => "=".into(),
        Token::Symbol(symbol) => symbol.clone(),
    }
}

/// `'a'::text` and `'a'::character varying` are `'a'` wherever text is expected; PostgreSQL prints them so.
fn drop_literal_casts(list: &mut Vec<Token>) {
    let mut at = 0;
    while at < list.len() {
        let length = cast_length(list, at);
        list.drain(at + 1..=at + length);
        at += 1;
    }
}

/// How many tokens the cast to a type of text takes that follows a string literal.
fn cast_length(list: &[Token], at: usize) -> usize {
    let [
        Token::String(_),
        Token::Symbol(cast),
        Token::Word(word),
        rest @ ..,
    ] = &list[at..]
    else {
        return 0;
    };
    match (cast.as_str(), word.as_str(), rest.first()) {
        ("::", "text" | "bpchar", _) => 2,
        ("::", "character", Some(Token::Word(second))) if second == "varying" => 3,
        (_, _, _) => 0,
    }
}

fn strip_outer(list: &mut Vec<Token>) {
    while list.len() > 1 && closing(list, 0) == Some(list.len() - 1) {
        list.pop();
        list.remove(0);
    }
}

/// `((a))` is `(a)`.
fn collapse_doubled(list: &mut Vec<Token>) {
    let mut at = 0;
    while at + 1 < list.len() {
        if let (Some(outer), Some(inner)) = (closing(list, at), closing(list, at + 1))
            && inner + 1 == outer
        {
            list.remove(outer);
            list.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Where the parenthesis that opens at `at` is closed.
fn closing(list: &[Token], at: usize) -> Option<usize> {
    let (open, close) = (Token::Symbol("(".into()), Token::Symbol(")".into()));
    if list.get(at) != Some(&open) {
        return None;
    }
    let mut depth = 0_usize;
    for (here, token) in list.iter().enumerate().skip(at) {
        if *token == open {
            depth += 1;
        } else if *token == close {
            depth -= 1;
            if depth == 0 {
                return Some(here);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        insta::assert_snapshot!(normal("((\"price\" != 0))"), @"price <> 0");
        insta::assert_snapshot!(normal("(a) AND (b OR c)"), @"( a ) and ( b or c )");
        insta::assert_snapshot!(normal("status = 'Open'::character varying"), @"status = 'Open'");
        insta::assert_snapshot!(normal("f(((x)), \"Y\")"), @r#"f ( ( x ) , "Y" )"#);
        insta::assert_snapshot!(normal("a -- note\n || 'it''s' /* x */"), @"a || 'it''s'");
    }

    #[test]
    fn meaning_is_not_guessed() {
        assert!(!same("a and (b or c)", "a and b or c"));
        assert!(!same("lower(a)", "upper(a)"));
        assert!(!same("'A'", "'a'"));
        assert!(mentions("lower(\"Email\") = email_old", "Email"));
        assert!(!mentions("lower('email')", "email"));
        assert!(mentions("`a` in ('it\\'s') or `b` > 1", "b"));
    }

    #[test]
    fn a_column_is_renamed() {
        let to = |sql, name| renamed(sql, "a", name);
        assert_eq!(
            to("a > 'a' AND \"a\" = a(1) or aa", "b"),
            "b > 'a' AND b = a(1) or aa"
        );
        assert_eq!(to("(`a` + A)", "b c"), "(`b c` + \"b c\")");
        assert_eq!(
            renamed("a > 100 OR \"100\" > 1", "100", "b"),
            "a > 100 OR b > 1"
        );
        assert_eq!(to("'it''s a' || a", "order"), "'it''s a' || \"order\"");
    }

    #[test]
    fn enclosing_parentheses_only() {
        assert_eq!(without_outer_parentheses("((a) + (b))"), "(a) + (b)");
        assert_eq!(without_outer_parentheses("(a) + (b)"), "(a) + (b)");
        assert_eq!(without_outer_parentheses("('(')"), "'('");
    }
}
