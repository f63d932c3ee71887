use super::add;

fn added(old: &str) -> String {
    add(old, "m3_new").expect("it can be edited")
}

fn refused(old: &str) -> String {
    let problem = add(old, "m3_new").expect_err("it is refused");
    format!("{}: {}", problem.line, problem.text)
}

/// A `lib.rs` around a list.
fn with(list: &str) -> String {
    format!(
        "use sea_orm_migration::prelude::*;

mod m1_a;
mod m2_b; // the second

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {{
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {{
        {list}
    }}
}}

pub fn other() -> Vec<u8> {{
    vec![1, 2]
}}
"
    )
}

/// The list as it is after the edit; all else must be as it was, but for the `mod`.
fn list_of(list: &str) -> String {
    let new = added(&with(list));
    let (before, after) = with("@")
        .split_once('@')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a mark");
    let before = before.replace("// the second\n", "// the second\nmod m3_new;\n");
    let inner = new.strip_prefix(&before).expect("the part before");
    inner
        .strip_suffix(&after)
        .expect("the part after")
        .to_owned()
}

#[test]
fn an_entry_is_added_to_every_layout() {
    insta::assert_snapshot!(list_of("vec![]"), @"vec![Box::new(m3_new::Migration)]");
    insta::assert_snapshot!(list_of("vec![Box::new(m1_a::Migration)]"), @r#"
    vec![
                Box::new(m1_a::Migration),
                Box::new(m3_new::Migration),
            ]
    "#);
    insta::assert_snapshot!(list_of("vec![Box::new(m1_a::Migration), Box::new(m2_b::Migration),]"), @r#"
    vec![
                Box::new(m1_a::Migration),
                Box::new(m2_b::Migration),
                Box::new(m3_new::Migration),
            ]
    "#);
    insta::assert_snapshot!(list_of("vec![
            Box::new(m1_a::Migration),
            Box::new(m2_b::Migration),
        ]"), @r#"
    vec![
                Box::new(m1_a::Migration),
                Box::new(m2_b::Migration),
                Box::new(m3_new::Migration),
            ]
    "#);
    insta::assert_snapshot!(list_of("vec![
            Box::new(m1_a::Migration), // first
            #[cfg(feature = \"x\")]
            Box::new(m2_b::Migration) // last
            // inject-above (do not remove this comment)
        ]"), @r#"
    vec![
                Box::new(m1_a::Migration), // first
                #[cfg(feature = "x")]
                Box::new(m2_b::Migration), // last
                Box::new(m3_new::Migration),
                // inject-above (do not remove this comment)
            ]
    "#);
    insta::assert_snapshot!(list_of("vec![
            // nothing yet
        ]"), @r#"
    vec![
                Box::new(m3_new::Migration),
                // nothing yet
            ]
    "#);
    insta::assert_snapshot!(list_of("vec![
            Box::new(m1_a::Migration),
            Box::new(m2_b::Migration) ]"), @r#"
    vec![
                Box::new(m1_a::Migration),
                Box::new(m2_b::Migration),
                Box::new(m3_new::Migration),
            ]
    "#);
    insta::assert_snapshot!(list_of("std::vec!(Box::new(m1_a::Migration) /* só */ )"), @r#"
    std::vec!(
                Box::new(m1_a::Migration), /* só */
                Box::new(m3_new::Migration),
            )
    "#);
}

#[test]
fn carriage_returns_and_a_byte_order_mark_stay() {
    let old = format!(
        "\u{feff}{}",
        with("vec![\n            Box::new(m1_a::Migration),\n        ]")
    )
    .replace('\n', "\r\n");
    let new = added(&old);
    assert!(new.starts_with('\u{feff}'));
    assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
    assert!(new.contains("mod m3_new;\r\n"));
    assert!(new.contains("            Box::new(m3_new::Migration),\r\n        ]"));
}

#[test]
fn the_module_goes_where_modules_are() {
    let tail = "impl MigratorTrait for M {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        vec![]\n    }\n}\n";
    let head = |text: &str| {
        added(&format!("{text}{tail}"))
            .split("impl MigratorTrait")
            .next()
            .expect("a head")
            .to_owned()
    };
    insta::assert_snapshot!(head("//! Doc.\n\nuse a::*;\n\nstruct M;\n"), @r#"
    //! Doc.

    use a::*;

    mod m3_new;

    struct M;
    "#);
    insta::assert_snapshot!(head("//! Doc.\n\nstruct M;\n"), @r#"
    //! Doc.

    mod m3_new;

    struct M;
    "#);
    insta::assert_snapshot!(head("mod support;\npub(crate) mod m1_a;\n#[path = \"x.rs\"]\npub mod m2_b;\nmod inline {\n    mod m9_z {}\n}\n"), @r#"
    mod support;
    pub(crate) mod m1_a;
    #[path = "x.rs"]
    pub mod m2_b;
    pub mod m3_new;
    mod inline {
        mod m9_z {}
    }
    "#);
}

#[test]
fn a_list_beside_the_migrations_of_another_crate() {
    let body = "let own: Vec<Box<dyn MigrationTrait>> = vec![Box::new(m2_b::Migration)];\n        earlier::Migrator::migrations().into_iter().chain(own).collect()";
    let added = added(&with(body));
    let function: Vec<&str> = added.lines().skip(10).take(7).collect();
    insta::assert_snapshot!(function.join("\n"), @"
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            let own: Vec<Box<dyn MigrationTrait>> = vec![
                Box::new(m2_b::Migration),
                Box::new(m3_new::Migration),
            ];
            earlier::Migrator::migrations().into_iter().chain(own).collect()
        }
    ");
}

#[test]
fn what_is_not_understood_is_refused() {
    insta::assert_snapshot!(refused(&with("let names = vec![a()];\n        all(names)\n")), @"10: `migrations()` does more than return one `vec![…]` of boxes");
    insta::assert_snapshot!(refused(&with("[vec![Box::new(a())], vec![Box::new(b())]].concat()")), @"10: `migrations()` has several `vec![…]`");
    insta::assert_snapshot!(refused(&with("all![]")), @"10: `migrations()` has no `vec![…]`");
    insta::assert_snapshot!(refused(&with("vec![a(); 3]")), @"11: the list is written as `vec![…; n]`");
    insta::assert_snapshot!(refused("fn x( {"), @"1: it is not Rust that can be read (cannot parse string into token stream)");
    insta::assert_snapshot!(refused("mod m1_a;"), @"1: there is no `impl MigratorTrait for …`");
    insta::assert_snapshot!(refused("impl MigratorTrait for M {}"), @"1: it has no `fn migrations()`");
    insta::assert_snapshot!(refused("mod m3_new;\nimpl MigratorTrait for M { fn migrations() { vec![] } }"), @"1: `mod m3_new` is there already");
    insta::assert_snapshot!(refused("impl MigratorTrait for M { fn migrations() { vec![] } }\n\nimpl MigratorTrait for N { fn migrations() { vec![] } }"), @"3: there is a second `impl MigratorTrait for …`");
}
