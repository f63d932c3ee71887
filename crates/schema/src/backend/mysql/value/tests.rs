use super::*;
use crate::backend::Version;

fn mariadb() -> Server {
    Server::mariadb(Version(10, 11, 0))
}

fn mysql() -> Server {
    Server::mysql(Version(8, 4, 0))
}

fn stored_sql(text: &str, ty: &ColumnType) -> String {
    sql(&mariadb(), &parse(&mariadb(), text, ty))
}

#[test]
fn a_default_is_stored_in_its_columns_form() {
    let decimal = ColumnType::Decimal(Some((10, 2)));
    for (text, ty, expected) in [
        ("0", &decimal, "0.00"),
        ("'7'", &decimal, "7.00"),
        ("1.555", &decimal, "1.56"),
        ("-9.999", &decimal, "-10.00"),
        ("-0.001", &decimal, "0.00"),
        ("007", &ColumnType::INTEGER, "7"),
        ("'5'", &ColumnType::INTEGER, "5"),
        ("true", &ColumnType::INTEGER, "1"),
        ("1", &ColumnType::Boolean, "TRUE"),
        ("1e10", &ColumnType::Double, "10000000000"),
        ("1.50", &ColumnType::Double, "1.5"),
        ("b'101'", &ColumnType::Bit(Some(5)), "5"),
        ("5", &ColumnType::Varchar(Some(5)), "'5'"),
        ("'10:00'", &ColumnType::Time(None), "'10:00:00'"),
        (
            "'2020-01-01'",
            &ColumnType::DateTime(Some(3)),
            "'2020-01-01 00:00:00.000'",
        ),
        ("'it''s'", &ColumnType::TEXT, "'it''s'"),
        ("'it\\'s'", &ColumnType::TEXT, "'it''s'"),
        ("_utf8mb4'abc'", &ColumnType::TEXT, "'abc'"),
        ("(1 + 2)", &ColumnType::INTEGER, "(1 + 2)"),
        ("(1) + (2)", &ColumnType::INTEGER, "((1) + (2))"),
        ("uuid()", &ColumnType::Uuid, "(uuid())"),
        ("NULL", &ColumnType::INTEGER, "NULL"),
        ("curdate()", &ColumnType::Date, "(CURRENT_DATE)"),
        (
            "'current_timestamp()'",
            &ColumnType::TEXT,
            "'current_timestamp()'",
        ),
    ] {
        assert_eq!(stored_sql(text, ty), expected, "{text}");
    }
}

#[test]
fn the_timestamp_has_many_spellings() {
    for text in [
        "current_timestamp()",
        "CURRENT_TIMESTAMP",
        "now()",
        "NOW(0)",
        "localtime",
        "(now())",
    ] {
        assert_eq!(
            stored_sql(text, &ColumnType::DateTime(None)),
            "CURRENT_TIMESTAMP",
            "{text}"
        );
    }
    assert_eq!(
        stored_sql("now(6)", &ColumnType::Timestamp(Some(6))),
        "CURRENT_TIMESTAMP(6)"
    );
    assert_eq!(
        stored_sql("now()", &ColumnType::TimestampTz(Some(6))),
        "CURRENT_TIMESTAMP(6)"
    );
    assert_eq!(
        stored_sql("now(3)", &ColumnType::DateTime(None)),
        "CURRENT_TIMESTAMP"
    );
}

#[test]
fn bytes_are_told_as_the_server_tells_them() {
    let ty = ColumnType::Varbinary(Some(10));
    let value = Value::Literal(Literal::Bytes("61e9".into()));
    assert_eq!(sql(&mariadb(), &stored(&mariadb(), &value, &ty)), "'a?'");
    assert_eq!(sql(&mysql(), &stored(&mysql(), &value, &ty)), "x'61e9'");
    assert_eq!(parse(&mysql(), "0x61E9", &ty), value);
    let text = Value::Literal(Literal::String("ab".into()));
    assert_eq!(sql(&mysql(), &stored(&mysql(), &text, &ty)), "x'6162'");
}

#[test]
fn an_expression_is_told_plainly() {
    for (text, expected) in [
        ("(`a` <> _utf8mb4'x')", "`a` <> 'x'"),
        ("((`a` > 0) and (`b` > 0))", "(`a` > 0) and (`b` > 0)"),
        ("(`a` > 0) and (`b` > 0)", "(`a` > 0) and (`b` > 0)"),
        (
            "`_utf8mb4'x` = '_utf8mb4''x'",
            "`_utf8mb4'x` = '_utf8mb4''x'",
        ),
        ("my_utf8mb4'x'", "my_utf8mb4'x'"),
        ("(`a` <> _latin1'it''s')", "`a` <> 'it''s'"),
        ("_latin1'é'", "_latin1'é'"),
        ("_utf16'x'", "_utf16'x'"),
    ] {
        assert_eq!(plain(text), expected, "{text}");
    }
    assert_eq!(unescaped(r"_utf8mb4\'it\\\'s\'"), r"_utf8mb4'it\'s'");
    assert_eq!(
        unescaped("`\u{c3}\u{bc}` <> \u{e2}\u{82}\u{ac}"),
        "`ü` <> €"
    );
    assert_eq!(unescaped("`ü` <> €"), "`ü` <> €");
}

#[test]
fn a_string_survives_quoting() {
    for text in ["", "'", "\\", "a\nb\r\0\u{1a}", "%_\\%", "é'\"`"] {
        let quoted = quote_string(text);
        assert_eq!(
            read_string(&quoted),
            Some((text.to_owned(), "")),
            "{quoted}"
        );
    }
    assert_eq!(read_string("'open"), None);
}
