//! Dumps: whole and cut, for this backend and for another.

use super::*;

const POSTGRES: &str = r#"--
-- PostgreSQL database dump
--

\restrict x1Y

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.customer (id integer, name text);
COPY public.customer (id, name) FROM stdin;
1	Ada; "the" 'first'
2	\\.
\.

CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
CREATE FUNCTION public.g() RETURNS text LANGUAGE plpgsql AS $_$ BEGIN; RETURN ';'; END $_$;
INSERT INTO public."Order" VALUES (1, E'it\'s; /* no comment */', 'c:\'); -- a comment; with a sign
/* a /* nested; */ comment; */
SELECT pg_catalog.setval('public.customer_id_seq', 2, true);

--
-- PostgreSQL database dump complete
--

\unrestrict x1Y

"#;

const MYSQL: &str = r"/*M!999999\- enable the sandbox mode */
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE `customer` (`id` int, `name` text) ENGINE=InnoDB;
LOCK TABLES `customer` WRITE;
/*!40000 ALTER TABLE `customer` DISABLE KEYS */;
INSERT INTO `customer` VALUES (1,'it\'s; \\'),(2,'-- none');
/*!40000 ALTER TABLE `customer` ENABLE KEYS */;
UNLOCK TABLES;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON customer FOR EACH ROW BEGIN SET @a = 1; END */;;
DELIMITER ;
# a comment; of theirs
-- Dump completed on 2026-01-31 12:00:00
";

const SQLITE: &str = "\
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE customer (id integer PRIMARY KEY, \"a;b\" text, [c;d] text);
INSERT INTO customer VALUES(1,'it''s; \\','');
CREATE TRIGGER t AFTER INSERT ON customer BEGIN UPDATE customer SET id = 1 WHERE CASE WHEN 1 THEN 2 END; SELECT 1; END;
COMMIT;
";

fn file(text: &[u8]) -> (tempfile::NamedTempFile, Dump) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let dump = Dump::open(file.path()).unwrap();
    (file, dump)
}

fn told(text: &[u8], backend: Backend) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let survey = Dump::open(file.path())
        .and_then(|dump| dump.survey(backend, &["seaql_migrations".to_owned()], &mut |_| {}));
    let told = match survey {
        Ok(survey) => {
            let filled: Vec<&str> = survey.filled.iter().map(|name| name.raw.as_str()).collect();
            format!(
                "fills {}, creates {:?}, alters {:?}",
                filled.join(" "),
                survey.creates.map(|(name, line)| (name.bare, line)),
                survey.alters
            )
        }
        Err(error) => format!("failed to {error}"),
    };
    told.replace(&file.path().display().to_string(), "DUMP")
}

fn kinds(text: &str, backend: Backend) -> String {
    let (_file, dump) = file(text.as_bytes());
    let mut parts = dump.parts(backend).unwrap();
    let mut out = String::new();
    while let Some(part) = parts.next().unwrap() {
        let text = String::from_utf8_lossy(&part.text)
            .trim_end()
            .replace('\n', "⏎");
        out += &format!("{} {:?}: {text}\n", part.line, part.kind);
    }
    out
}

#[test]
fn statements_end_where_the_servers_say() {
    insta::assert_snapshot!("postgres", kinds(POSTGRES, Backend::Postgres));
    insta::assert_snapshot!("mysql", kinds(MYSQL, Backend::Mysql));
    insta::assert_snapshot!("sqlite", kinds(SQLITE, Backend::Sqlite));
}

#[test]
fn what_they_do() {
    let all = [
        told(POSTGRES.as_bytes(), Backend::Postgres),
        told(MYSQL.as_bytes(), Backend::Mysql),
        told(SQLITE.as_bytes(), Backend::Sqlite),
        told(
            b"insert into a values (1);\nINSERT INTO `x`.`seaql_migrations` VALUES (1);",
            Backend::Mysql,
        ),
        told(
            b"INSERT OR IGNORE INTO main.\"b\" VALUES (1);",
            Backend::Sqlite,
        ),
        told(
            b"DELETE FROM a;\nSELECT 1;\nINSERT INTO a SELECT 1;",
            Backend::Postgres,
        ),
        told(
            b"CREATE UNLOGGED TABLE IF NOT EXISTS a.b (c int);",
            Backend::Postgres,
        ),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

/// Cut anywhere, a dump is found cut; but for the blank end of it, which says nothing.
#[test]
fn a_dump_that_is_cut_off_is_found() {
    for (text, backend) in [
        (POSTGRES, Backend::Postgres),
        (MYSQL, Backend::Mysql),
        (SQLITE, Backend::Sqlite),
    ] {
        let last = match backend {
            Backend::Postgres => text.find("complete").unwrap() + 8,
            Backend::Mysql => text.find("Dump completed").unwrap() + 14,
            Backend::Sqlite => text.rfind("COMMIT;").unwrap() + 7,
        };
        // What comes before the first mark is a dump of nothing.
        let first = text.find("SET ").or_else(|| text.find("BEGIN")).unwrap();
        for length in first + 1..last {
            let told = told(&text.as_bytes()[..length], backend);
            assert!(
                told.contains("it is cut off"),
                "{backend}, {length}: {told}"
            );
        }
        assert!(told(text.as_bytes(), backend).starts_with("fills"));
    }
}

#[test]
fn a_packed_dump_that_is_cut_off_is_found() {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(POSTGRES.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    assert_eq!(
        told(&packed, Backend::Postgres),
        told(POSTGRES.as_bytes(), Backend::Postgres)
    );
    for length in 2..packed.len() {
        let told = told(&packed[..length], Backend::Postgres);
        assert!(told.contains("it is cut off"), "{length}: {told}");
    }
}

#[test]
fn a_dump_for_another_backend_is_found() {
    let all = [Backend::Sqlite, Backend::Postgres, Backend::Mysql];
    for (text, theirs) in [
        (SQLITE, Backend::Sqlite),
        (POSTGRES, Backend::Postgres),
        (MYSQL, Backend::Mysql),
    ] {
        for ours in all.into_iter().filter(|ours| *ours != theirs) {
            assert_eq!(
                told(text.as_bytes(), ours),
                format!("failed to read `DUMP`: it is for {theirs}, and the database is {ours}")
            );
        }
    }
}

#[test]
fn what_is_no_dump_or_leaves_the_database_is_refused() {
    let all = [
        told(b"", Backend::Sqlite),
        told(b"PGDMP\x01\x0e", Backend::Postgres),
        told(b"SQLite format 3\0rest", Backend::Sqlite),
        told(b"PK\x03\x04", Backend::Sqlite),
        told(b"\\connect other\n", Backend::Postgres),
        told(b"SELECT 'a' \\gexec\n;", Backend::Postgres),
        told(b"COPY a TO '/tmp/x';", Backend::Postgres),
        told(b"CREATE DATABASE x;", Backend::Postgres),
        told(b"USE `other`;", Backend::Mysql),
        told(
            b"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `x`;",
            Backend::Mysql,
        ),
        told(b"ATTACH 'x' AS y;", Backend::Sqlite),
        told(
            b"INSERT INTO a VALUES (1);\nALTER TABLE a ADD b int;",
            Backend::Mysql,
        ),
        told(b"BEGIN;\nROLLBACK; -- due to errors\n", Backend::Sqlite),
    ];
    insta::assert_snapshot!(all.join("\n"));
}
