//! Values of each type as SQL: the least, the greatest, the odd.

use plimsoll_schema::{Backend, ColumnType, IntWidth, Server};

/// The value of that row, from 0; values of one type are distinct where the type has enough of them.
pub(super) fn literal(server: &Server, ty: &ColumnType, row: usize) -> String {
    let of = |values: [&str; 4]| values[row % 4].to_owned();
    let quoted = |values: [&str; 4]| string(server, values[row % 4]);
    match ty {
        ColumnType::Int { width, unsigned } => integer(*width, *unsigned, row),
        ColumnType::Float | ColumnType::Double => of(["0", "1.5", "-0.25", "1024"]),
        ColumnType::Decimal(None) | ColumnType::Money => of(["0", "1", "-1", "99"]),
        ColumnType::Decimal(Some((precision, scale))) => decimal(*precision, *scale, row),
        ColumnType::Boolean => match server.backend {
            Backend::Postgres => of(["false", "true", "false", "true"]),
            Backend::Sqlite | Backend::Mysql => of(["0", "1", "0", "1"]),
        },
        ColumnType::Char(size) => text(server, Some(size.unwrap_or(1)), row),
        ColumnType::Varchar(size) => text(server, *size, row),
        ColumnType::Text(_) => text(server, Some(200), row),
        ColumnType::Binary(size) => bytes(server, size.unwrap_or(1) as usize, row),
        ColumnType::Varbinary(_) | ColumnType::Blob(_) => bytes(server, row * 7, row),
        ColumnType::Bit(size) => bits(size.unwrap_or(1) as usize, row),
        ColumnType::Varbit(_) => bits(row, row),
        ColumnType::Date => quoted(["2000-01-01", "1970-01-02", "2024-02-29", "2037-12-31"]),
        ColumnType::Time(_) => quoted(["00:00:00", "23:59:59", "12:30:15", "01:02:03"]),
        ColumnType::DateTime(_) | ColumnType::Timestamp(_) | ColumnType::TimestampTz(_) => {
            quoted([
                "2000-01-01 00:00:00",
                "1999-12-31 23:59:59",
                "2024-02-29 12:30:15",
                "2037-12-31 20:00:00",
            ])
        }
        ColumnType::Year => of(["2000", "1970", "2024", "2155"]),
        ColumnType::Interval { .. } => quoted(["00:00:00", "1 day", "-1 hour", "3 mons 4 days"]),
        ColumnType::Json | ColumnType::JsonBinary => {
            quoted(["{}", "[1, \"a\"]", "null", "{\"a\": \"\u{fc}\"}"])
        }
        ColumnType::Uuid => uuid(server, row),
        ColumnType::Inet => quoted(["10.0.0.1", "::1", "10.0.0.2/24", "127.0.0.1"]),
        ColumnType::Cidr => quoted(["10.0.0.0/8", "::/0", "192.168.0.0/16", "127.0.0.0/8"]),
        ColumnType::MacAddr => quoted([
            "08:00:2b:01:02:03",
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            "08:00:2b:01:02:04",
        ]),
        ColumnType::LTree => quoted(["a", "a.b", "a.b.c", "d"]),
        ColumnType::Vector(size) => {
            let zeros = vec!["0"; size.unwrap_or(3) as usize];
            string(server, &format!("[{}]", zeros.join(",")))
        }
        ColumnType::Enum { values, .. } | ColumnType::Set(values) => {
            let value = values.get(row % values.len().max(1));
            string(server, value.map_or("", String::as_str))
        }
        ColumnType::Array(_) => string(server, "{}"),
        ColumnType::Raw(_) => quoted(["", "1", "a", "b"]),
    }
}

fn integer(width: IntWidth, unsigned: bool, row: usize) -> String {
    let bits: u32 = match width {
        IntWidth::Tiny => 8,
        IntWidth::Small => 16,
        IntWidth::Medium => 24,
        IntWidth::Regular => 32,
        IntWidth::Big => 64,
    };
    let greatest = if unsigned {
        u64::MAX >> (64 - bits)
    } else {
        (u64::MAX >> (64 - bits)) / 2
    };
    match row % 4 {
        0 => "1".into(),
        1 => greatest.to_string(),
        2 if !unsigned => format!("-{greatest}"),
        _ => "0".into(),
    }
}

fn decimal(precision: u32, scale: i32, row: usize) -> String {
    let scale = u32::try_from(scale).unwrap_or(0).min(precision);
    let before = "9".repeat((precision - scale) as usize);
    let after = "9".repeat(scale as usize);
    match row % 4 {
        0 => "0".into(),
        1 => format!("{before}.{after}"),
        2 => format!("-{before}.{after}"),
        _ => "1".into(),
    }
}

fn text(server: &Server, size: Option<u32>, row: usize) -> String {
    let full = match row % 4 {
        0 => String::new(),
        1 => "it's \"a\" \\ % \u{fc} \u{96ea}".to_owned(),
        2 => "abcdefghij".repeat(20),
        _ => "b".to_owned(),
    };
    let size = size.unwrap_or(255) as usize;
    string(server, &full.chars().take(size).collect::<String>())
}

fn string(server: &Server, text: &str) -> String {
    let text = match server.backend {
        Backend::Sqlite | Backend::Postgres => text.to_owned(),
        Backend::Mysql => text.replace('\\', "\\\\"),
    };
    format!("'{}'", text.replace('\'', "''"))
}

fn bytes(server: &Server, size: usize, row: usize) -> String {
    let byte = ["00", "ff", "27", "5c"][row % 4];
    let digits = byte.repeat(size);
    match server.backend {
        Backend::Sqlite | Backend::Mysql => format!("x'{digits}'"),
        Backend::Postgres => format!("'\\x{digits}'"),
    }
}

fn bits(size: usize, row: usize) -> String {
    let bit = if row.is_multiple_of(2) { "0" } else { "1" };
    format!("b'{}'", bit.repeat(size))
}

fn uuid(server: &Server, row: usize) -> String {
    let last = row + 1;
    match server.backend {
        Backend::Sqlite | Backend::Postgres => {
            format!("'6f2b5a0e-8c1d-4f3a-9b7e-00000000000{last}'")
        }
        Backend::Mysql => format!("x'6f2b5a0e8c1d4f3a9b7e00000000000{last}'"),
    }
}
