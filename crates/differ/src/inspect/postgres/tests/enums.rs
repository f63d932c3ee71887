//! Enum types, as objects of their own.

use plimsoll_schema::{Catalog, Change, EnumType, Pair, Server, TypeName};

use super::{Scratch, assert_same, read};

fn mood(name: &TypeName, values: &str) -> EnumType {
    EnumType {
        name: name.clone(),
        values: values.split(' ').map(str::to_owned).collect(),
        ..EnumType::default()
    }
}

async fn up_and_down(scratch: &Scratch, server: &Server, live: &Catalog, change: &Change) {
    let mut wanted = live.clone();
    wanted.apply(change).unwrap();
    scratch.apply(server, live, change).await;
    assert_same(
        &read(scratch).await.catalog,
        &wanted,
        &format!("up: {change:?}"),
    );
    let back = change.reverse();
    scratch.apply(server, &wanted, &back).await;
    assert_same(
        &read(scratch).await.catalog,
        live,
        &format!("down: {back:?}"),
    );
}

#[tokio::test]
async fn every_enum_change_is_carried_out_and_taken_back() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    let server = Server::postgres(15);
    scratch.run("CREATE SCHEMA app").await;
    let name = TypeName::qualified(Some("app"), "Mood");
    let created = Change::CreateEnum(mood(&name, "a b c"));
    scratch.apply(&server, &Catalog::default(), &created).await;
    scratch
        .run(
            r#"CREATE TABLE t (id int, m app."Mood" NOT NULL DEFAULT 'a', ms app."Mood"[] DEFAULT '{a,b}',
            CONSTRAINT ck CHECK (m <> 'b'));
            CREATE INDEX part ON t (id) WHERE m = 'a'; CREATE INDEX whole ON t (m);
            CREATE INDEX expr ON t ((m = 'c')); INSERT INTO t VALUES (1, 'a', '{b}');
            CREATE TABLE app.u (m app."Mood")"#,
        )
        .await;
    let live = read(&scratch).await.catalog;
    assert_eq!(live.users_of(&name).count(), 3);
    for values in ["a b c d", "z a b c", "a x b y c", "c b a", "a b c q r"] {
        let change = Change::AlterEnum(Pair::new(mood(&name, "a b c"), mood(&name, values)));
        up_and_down(&scratch, &server, &live, &change).await;
    }
    let rename = |to: TypeName| Change::RenameEnum(Pair::new(name.clone(), to));
    for change in [
        rename(TypeName::qualified(Some("app"), "feeling")),
        rename(TypeName::new("Feeling")),
    ] {
        scratch.apply(&server, &live, &change).await;
        let mut wanted = live.clone();
        wanted.apply(&change).unwrap();
        assert_eq!(read(&scratch).await.catalog.enums, wanted.enums);
        scratch.apply(&server, &wanted, &change.reverse()).await;
        assert_eq!(read(&scratch).await.catalog, live);
    }
    let change = Change::RenameEnumValue {
        name: name.clone(),
        value: Pair::new("c".into(), "it's".into()),
    };
    scratch.apply(&server, &live, &change).await;
    let renamed = read(&scratch).await.catalog;
    assert_eq!(renamed.enums[&name].values, ["a", "b", "it's"]);
    scratch.apply(&server, &renamed, &change.reverse()).await;
    assert_eq!(read(&scratch).await.catalog, live);
    scratch.run("DROP TABLE t, app.u").await;
    let live = read(&scratch).await.catalog;
    up_and_down(
        &scratch,
        &server,
        &live,
        &Change::DropEnum(mood(&name, "a b c")),
    )
    .await;
    scratch.drop().await;
}
