//! Literals, relative to the type of their column.

use super::text::{leading_string, only_cast};
use crate::backend::postgres::{name, types};
use crate::expression::without_outer_parentheses;
use crate::{ColumnType, Literal};

/// The literal that the text is, if it is one.
pub(super) fn read(text: &str, ty: &ColumnType) -> Option<Literal> {
    if let Some((string, rest)) = leading_string(text) {
        let is_bits = text.starts_with(['B', 'b']);
        if is_bits && !matches!(ty, ColumnType::Bit(_) | ColumnType::Varbit(_)) {
            return None;
        }
        let cast = only_cast(rest)?;
        let says_nothing = cast.is_empty() || casts_to(cast, &string, ty);
        return says_nothing.then_some(Literal::String(string));
    }
    if let Some(word) = word(text, ty) {
        return Some(word);
    }
    if is_number(text) {
        return Some(Literal::Number(text.to_owned()));
    }
    let (inner, cast) = text.rsplit_once("::")?;
    let number = without_outer_parentheses(inner);
    let is_cast_number = is_number(number) && keeps_number(&types::parse(cast), number, ty);
    is_cast_number.then(|| Literal::Number(number.to_owned()))
}

/// The literal that an expression means for a column of that type, though the server prints it otherwise: an array without elements,
/// and bits in a column whose length varies.
pub(super) fn meant(text: &str, ty: &ColumnType) -> Option<Literal> {
    let (inner, cast) = text.rsplit_once("::")?;
    match ty {
        ColumnType::Array(_) if inner == "ARRAY[]" => Some(Literal::String("{}".into())),
        ColumnType::Varbit(_) if cast == "\"bit\"" => {
            let (bits, rest) = leading_string(inner)?;
            rest.is_empty().then_some(Literal::String(bits))
        }
        _ => None,
    }
}

/// Whether the cast leaves the number as it is on its way to a column of that type, so that it says nothing: none that rounds.
fn keeps_number(cast: &ColumnType, number: &str, ty: &ColumnType) -> bool {
    match cast {
        _ if !is_numeric(ty) => false,
        ColumnType::Int { .. } => !number.contains(['.', 'e', 'E']),
        ColumnType::Decimal(None) => true,
        // As many digits as it keeps (https://www.postgresql.org/docs/current/datatype-numeric.html).
        ColumnType::Double => number.len() <= 15,
        cast => is_numeric(cast) && cast == ty,
    }
}

fn word(text: &str, ty: &ColumnType) -> Option<Literal> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") || is("false") {
        return (*ty == ColumnType::Boolean).then(|| Literal::Bool(is("true")));
    }
    let head = text.split_once("::").map_or(text, |(head, _)| head);
    if head.eq_ignore_ascii_case("null") && only_cast(&text[head.len()..]).is_some() {
        return Some(Literal::Null);
    }
    if is("current_timestamp") {
        return Some(Literal::CurrentTimestamp(None));
    }
    if is("current_date") {
        return Some(Literal::CurrentDate);
    }
    if is("current_time") {
        return Some(Literal::CurrentTime);
    }
    let (name, rest) = text.split_once('(')?;
    let digits = rest.strip_suffix(')')?.trim().parse().ok()?;
    name.trim()
        .eq_ignore_ascii_case("current_timestamp")
        .then_some(Literal::CurrentTimestamp(Some(digits)))
}

/// Whether the cast that follows a literal is the one the server adds for a column of that type, and so says nothing. The server adds
/// none with a length, which may cut the value.
fn casts_to(cast: &str, literal: &str, ty: &ColumnType) -> bool {
    use ColumnType as T;
    let cast_type = match cast {
        // As the server prints the types of constants, without a length.
        "bpchar" => T::Char(None),
        "\"bit\"" => T::Bit(None),
        _ => types::parse(cast),
    };
    match (ty, &cast_type) {
        (T::Enum { name, .. }, _) => {
            name::type_name(name) == cast
                || name::type_name(&name.name.as_str().into()) == last_part(cast)
        }
        (T::Array(element), T::Array(_)) => casts_to(cast.trim_end_matches("[]"), literal, element),
        (T::Raw(raw), T::Raw(cast)) => last_part(raw) == last_part(cast),
        (_, _) if is_numeric(ty) => keeps_number(&cast_type, literal, ty),
        (_, _) if has_limit(&cast_type) => false,
        (_, _) if is_text(ty) => is_text(&cast_type),
        (_, _) => std::mem::discriminant(ty) == std::mem::discriminant(&cast_type),
    }
}

/// Whether the type says how long its values are, or how fine.
fn has_limit(ty: &ColumnType) -> bool {
    use ColumnType as T;
    match ty {
        T::Char(limit)
        | T::Varchar(limit)
        | T::Bit(limit)
        | T::Varbit(limit)
        | T::Time(limit)
        | T::DateTime(limit)
        | T::Timestamp(limit)
        | T::TimestampTz(limit) => limit.is_some(),
        T::Interval { fields, precision } => fields.is_some() || precision.is_some(),
        T::Decimal(limit) => limit.is_some(),
        T::Int { .. }
        | T::Float
        | T::Double
        | T::Money
        | T::Boolean
        | T::Text(_)
        | T::Binary(_)
        | T::Varbinary(_)
        | T::Blob(_)
        | T::Date
        | T::Year
        | T::Json
        | T::JsonBinary
        | T::Uuid
        | T::Inet
        | T::Cidr
        | T::MacAddr
        | T::LTree
        | T::Vector(_)
        | T::Enum { .. }
        | T::Set(_)
        | T::Array(_)
        | T::Raw(_) => false,
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn is_text(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Char(_) | ColumnType::Varchar(_) | ColumnType::Text(_)
    )
}

fn is_numeric(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Int { .. } | ColumnType::Float | ColumnType::Double | ColumnType::Decimal(_)
    )
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    (!whole.is_empty() || !fraction.is_empty())
        && all_digits(whole)
        && all_digits(fraction)
        && exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !digits.is_empty() && all_digits(digits)
        })
}

/// The literal as a literal of that type, in the spelling that it has.
pub(super) fn typed(literal: Literal, ty: &ColumnType) -> Literal {
    match literal {
        Literal::String(text) => typed_string(text, ty),
        Literal::Number(digits) => match (digits.as_str(), ty) {
            ("0", ColumnType::Boolean) => Literal::Bool(false),
            ("1", ColumnType::Boolean) => Literal::Bool(true),
            (_, _) => Literal::Number(digits),
        },
        Literal::Bytes(_)
        | Literal::Null
        | Literal::Bool(_)
        | Literal::CurrentTimestamp(_)
        | Literal::CurrentDate
        | Literal::CurrentTime => literal,
    }
}

/// The literal in the one spelling that all of its meaning share, for a column of that type.
pub(super) fn settle(literal: Literal, ty: &ColumnType) -> Literal {
    match typed(literal, ty) {
        Literal::String(text) => Literal::String(settle_string(text, ty)),
        Literal::Number(digits) => Literal::Number(plain_number(&digits)),
        Literal::Bytes(hex) => Literal::Bytes(hex.to_ascii_lowercase()),
        literal @ (Literal::Null
        | Literal::Bool(_)
        | Literal::CurrentTimestamp(_)
        | Literal::CurrentDate
        | Literal::CurrentTime) => literal,
    }
}

fn typed_string(text: String, ty: &ColumnType) -> Literal {
    use ColumnType as T;
    match ty {
        _ if is_numeric(ty) && is_number(text.trim()) => Literal::Number(text.trim().to_owned()),
        T::Boolean => match text.trim().to_ascii_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "on" | "1" => Literal::Bool(true),
            "f" | "false" | "n" | "no" | "off" | "0" => Literal::Bool(false),
            _ => Literal::String(text),
        },
        T::Binary(_) | T::Varbinary(_) | T::Blob(_) => match text.strip_prefix("\\x") {
            Some(hex) => Literal::Bytes(hex.to_ascii_lowercase()),
            None if text.contains('\\') => Literal::String(text),
            None => Literal::Bytes(hex(text.as_bytes())),
        },
        _ => Literal::String(text),
    }
}

fn settle_string(text: String, ty: &ColumnType) -> String {
    use ColumnType as T;
    match ty {
        T::Uuid => text.to_ascii_lowercase(),
        T::JsonBinary => compact_json(text),
        T::DateTime(_) | T::Timestamp(_) => midnight(&text, ""),
        T::TimestampTz(_) => midnight(&utc(&text), "+00"),
        T::Time(_) if text.len() == "hh:mm".len() => text + ":00",
        _ => text,
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// One spelling for one number: no exponent, no sign of plus, no zero that says nothing.
fn plain_number(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(i32::MAX);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // Far exponents would make a text of any length; such a number keeps its spelling.
    if exponent.unsigned_abs() > 400 {
        return text.to_owned();
    }
    let all = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).unwrap_or(0) + i64::from(exponent);
    let missing = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    let padded = format!(
        "{}{all}{}",
        missing(-point),
        missing(point - i64::try_from(all.len()).unwrap_or(0))
    );
    let (whole, fraction) = padded.split_at(usize::try_from(point).unwrap_or(0));
    let (whole, fraction) = (
        whole.trim_start_matches('0'),
        fraction.trim_end_matches('0'),
    );
    match (whole, fraction) {
        ("", "") => "0".into(),
        (whole, "") => format!("{sign}{whole}"),
        ("", fraction) => format!("{sign}0.{fraction}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

/// `jsonb` keeps neither spaces nor the order of keys; what is not JSON stays as it is.
fn compact_json(text: String) -> String {
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(mut value) => {
            value.sort_all_objects();
            value.to_string()
        }
        Err(_) => text,
    }
}

/// A date alone is that day's midnight; `T` is a space.
fn midnight(text: &str, zone: &str) -> String {
    let is_date = |date: &str| {
        date.len() == "yyyy-mm-dd".len()
            && date
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
    };
    match text.split_at_checked("yyyy-mm-dd".len()) {
        Some((date, "")) if is_date(date) => format!("{date} 00:00:00{zone}"),
        Some((date, time)) if is_date(date) && time.starts_with(['T', 't', ' ']) => {
            let time = &time[1..];
            let seconds = if time.len() == "hh:mm".len() {
                ":00"
            } else {
                ""
            };
            format!("{date} {time}{seconds}")
        }
        _ => text.to_owned(),
    }
}

/// Inspection reads in UTC: every spelling of that zone is `+00`, as the server prints it.
fn utc(text: &str) -> String {
    let stem = ["Z", "z", "+00:00", "+0000", " UTC", "-00", "+00"]
        .iter()
        .find_map(|zone| text.strip_suffix(zone));
    match stem {
        Some(stem) if stem.contains(':') => {
            let seconds = if stem.matches(':').count() == 1 {
                ":00"
            } else {
                ""
            };
            format!("{stem}{seconds}+00")
        }
        _ => text.to_owned(),
    }
}
