//! Literals as the server stores them in a column: numbers with its scale, times with its digits.

use super::is_mariadb;
use super::spelling::Spelling;
use super::value::is_number;
use crate::backend::Server;
use crate::{ColumnType, Literal};

/// A number in a column of that type.
pub(super) fn number_for(number: &str, ty: &ColumnType) -> Literal {
    use ColumnType as T;
    match ty {
        T::Boolean => match whole(number).as_str() {
            "1" => Literal::Bool(true),
            "0" => Literal::Bool(false),
            other => Literal::Number(other.to_owned()),
        },
        T::Int { .. } | T::Bit(_) | T::Year => Literal::Number(whole(number)),
        T::Decimal(Some((_, scale))) => {
            Literal::Number(scaled(number, usize::try_from(*scale).unwrap_or(0)))
        }
        T::Float | T::Double => Literal::Number(float(number)),
        T::Char(_) | T::Varchar(_) | T::Text(_) | T::Enum { .. } | T::Set(_) => {
            Literal::String(number.to_owned())
        }
        T::Raw(text) => raw_number(number, text),
        _ => Literal::Number(number.to_owned()),
    }
}

/// A number in a column whose type says more than our words do (`decimal(10,2) unsigned`).
fn raw_number(number: &str, ty: &str) -> Literal {
    let base = Spelling::read(ty).map(|spelling| spelling.base());
    match base {
        Some(base) if base.int_width().is_some() => Literal::Number(whole(number)),
        Some(base) if base.name == "decimal" => {
            let scale = base.decimal().map_or(0, |(_, scale)| scale);
            Literal::Number(scaled(number, usize::try_from(scale).unwrap_or(0)))
        }
        Some(base) if matches!(base.name.as_str(), "float" | "double") => {
            Literal::Number(float(number))
        }
        _ => Literal::Number(number.to_owned()),
    }
}

/// A string in a column of that type.
pub(super) fn string_for(server: &Server, string: String, ty: &ColumnType) -> Literal {
    use ColumnType as T;
    match ty {
        T::Int { .. } | T::Boolean | T::Decimal(_) | T::Float | T::Double | T::Bit(_) | T::Year
            if is_number(string.trim()) =>
        {
            number_for(string.trim(), ty)
        }
        // MySQL shows the default of a binary column in hexadecimal digits, MariaDB as text.
        T::Binary(_) | T::Varbinary(_) if !is_mariadb(server) => {
            bytes_for(server, &hex(&string), ty)
        }
        T::Binary(Some(length)) => Literal::String(format!("{string:\0<0$}", *length as usize)),
        T::Time(digits) => Literal::String(time(&string, *digits)),
        T::DateTime(digits) | T::Timestamp(digits) => Literal::String(date_time(&string, *digits)),
        _ => Literal::String(string),
    }
}

/// Bytes, as hexadecimal digits, in a column of that type: BINARY fills up with zeros. MariaDB shows them as text, of which what is not
/// ASCII is a question mark.
pub(super) fn bytes_for(server: &Server, hex: &str, ty: &ColumnType) -> Literal {
    let width = match ty {
        ColumnType::Binary(Some(length)) => *length as usize * 2,
        _ => 0,
    };
    let hex = format!("{hex:0<width$}");
    if is_mariadb(server) {
        Literal::String(shown(&hex))
    } else {
        Literal::Bytes(hex)
    }
}

fn shown(hex: &str) -> String {
    hex.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .map(|byte| {
            if byte.is_ascii() {
                char::from(byte)
            } else {
                '?'
            }
        })
        .collect()
}

fn hex(string: &str) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for byte in string.bytes() {
        // Writing into a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// `007`, `+7` and `7.0` are 7.
fn whole(number: &str) -> String {
    if number.contains(['e', 'E']) {
        return number.to_owned();
    }
    scaled(number, 0)
}

/// A number with that many fractional digits, rounded away from zero as the server does.
fn scaled(number: &str, scale: usize) -> String {
    if number.contains(['e', 'E']) {
        return number.to_owned();
    }
    let negative = number.starts_with('-');
    let digits = number.trim_start_matches(['-', '+']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut kept: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(scale))
        .collect();
    if fraction
        .as_bytes()
        .get(scale)
        .is_some_and(|digit| *digit >= b'5')
    {
        increment(&mut kept);
    }
    let text = String::from_utf8_lossy(&kept).into_owned();
    let (whole, fraction) = text.split_at(text.len() - scale);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = whole == "0" && fraction.bytes().all(|digit| digit == b'0');
    let sign = if negative && !is_zero { "-" } else { "" };
    if scale == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return;
        }
    }
    digits.insert(0, b'1');
}

/// One spelling of a floating-point number, whatever the exponent it was written with.
fn float(number: &str) -> String {
    number
        .parse::<f64>()
        .map_or_else(|_| number.to_owned(), |number| number.to_string())
}

/// `10:00` is 10:00:00, with the column's fractional digits.
fn time(text: &str, digits: Option<u32>) -> String {
    let is_time = text.contains(':')
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || ":.-".contains(c));
    if !is_time {
        return text.to_owned();
    }
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds = if clock.matches(':').count() == 1 {
        ":00"
    } else {
        ""
    };
    let hours = clock.split(':').next().map_or(0, str::len);
    let zero = if hours == 1 { "0" } else { "" };
    format!("{zero}{clock}{seconds}{}", fraction_of(fraction, digits))
}

/// A date alone is midnight, with the column's fractional digits.
fn date_time(text: &str, digits: Option<u32>) -> String {
    let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let is_date = date.len() == 10 && date.chars().all(|c| c.is_ascii_digit() || c == '-');
    if is_date {
        format!("{date} {}", time(clock, digits))
    } else {
        text.to_owned()
    }
}

fn fraction_of(fraction: &str, digits: Option<u32>) -> String {
    match digits {
        None | Some(0) => String::new(),
        Some(digits) => {
            let width = digits as usize;
            let kept: String = fraction.chars().take(width).collect();
            format!(".{kept:0<width$}")
        }
    }
}
