//! The projects that are measured: entity crates and a migrations crate, in a workspace of their own that is built with our lock file
//! into our target directory, so that what is built already is not built again.

use std::path::{Path, PathBuf};

use super::workload::{Column, State, Table, Type, Workload};
use crate::command::{Failure, cargo, root, run_quietly};
use crate::files::{copy, write_if_new};

const EXPLICIT: &str = include_str!("template/explicit.rs");

const MIGRATOR: &str = "pub struct Migrator;

impl plimsoll::prelude::MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn plimsoll::prelude::MigrationTrait>> {
        vec![]
    }
}
";

/// Modules in an entity crate: what the compiler needs for a thousand in one is 5 GB.
const MODULES: usize = 100;

/// How the entities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entities {
    /// As a person writes them.
    Derived,
    /// As one Rust type that is a thousand entities.
    Explicit,
}

impl Entities {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Derived => "derived",
            Self::Explicit => "explicit",
        }
    }
}

/// A project whose models are those of a state.
pub(super) struct Project {
    /// The migrations crate.
    pub(super) migrations: PathBuf,
    /// Its program.
    pub(super) program: PathBuf,
}

impl Project {
    /// Writes and builds it.
    pub(super) fn build(
        folder: &Path,
        target: &Path,
        workload: &Workload,
        state: State,
        entities: Entities,
    ) -> Result<Self, Failure> {
        let tables: Vec<&Table> = workload.tables(state).collect();
        let crates = match entities {
            Entities::Derived => derived(folder, &tables, state)?,
            Entities::Explicit => explicit(folder, &tables)?,
        };
        let package = format!("bench-{}", name(folder));
        manifests(folder, &crates, &package)?;
        let migrations = folder.join("migrations");
        write_if_new(
            &migrations.join("catalog.json"),
            &super::catalog::json(workload),
        )?;
        let mut build = cargo("build");
        build
            .args(["--quiet", "--release"])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target);
        run_quietly(&mut build)?;
        Ok(Self {
            migrations,
            program: target.join("release").join(package),
        })
    }
}

fn name(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Writes the manifests and the migrations crate.
fn manifests(folder: &Path, crates: &[String], package: &str) -> Result<(), Failure> {
    let root = root();
    let ours = |name: &str| {
        format!(
            "{{ path = '{}' }}",
            root.join("crates").join(name).display()
        )
    };
    let members: Vec<String> = crates.iter().map(|name| format!("\"{name}\"")).collect();
    let unoptimised: String = crates
        .iter()
        .map(|name| {
            format!(
                "[profile.release.package.{}-{name}]\nopt-level = 0\n",
                self::name(folder)
            )
        })
        .collect();
    let workspace = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"migrations\", {}]\n\n[profile.release]\nstrip = \"debuginfo\"\n\n{unoptimised}",
        members.join(", ")
    );
    write_if_new(&folder.join("Cargo.toml"), &workspace)?;
    for (at, name) in crates.iter().enumerate() {
        let earlier: String = crates[..at]
            .iter()
            .map(|name| depend(folder, name))
            .collect();
        let manifest = format!(
            "[package]\nname = \"{}-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{earlier}sea-orm = {{ version = \"2.0.4\", default-features = false, features = [\"macros\", \"with-chrono\", \"with-json\", \"with-rust_decimal\", \"with-uuid\"] }}\n",
            self::name(folder)
        );
        write_if_new(&folder.join(name).join("Cargo.toml"), &manifest)?;
    }
    let entities: String = crates.iter().map(|name| depend(folder, name)).collect();
    let manifest = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{entities}plimsoll = {}\nsea-orm-migration = {{ version = \"2.0.4\", default-features = false }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
        ours("plimsoll")
    );
    let migrations = folder.join("migrations");
    write_if_new(&migrations.join("Cargo.toml"), &manifest)?;
    let uses: String = crates
        .iter()
        .map(|name| format!("use {name} as _;\n"))
        .collect();
    let main = format!(
        "mod migrator;\n{uses}\n#[tokio::main]\nasync fn main() -> std::process::ExitCode {{\n    plimsoll::cli::run(migrator::Migrator).await\n}}\n"
    );
    write_if_new(&migrations.join("src/main.rs"), &main)?;
    write_if_new(&migrations.join("src/migrator.rs"), MIGRATOR)?;
    // Where a revision would be registered.
    write_if_new(&migrations.join("src/lib.rs"), MIGRATOR)?;
    copy(&root.join("Cargo.lock"), &folder.join("Cargo.lock"))
}

fn depend(folder: &Path, name: &str) -> String {
    format!(
        "{name} = {{ package = \"{}-{name}\", path = \"../{name}\" }}\n",
        self::name(folder)
    )
}

/// Writes crates of modules, each with an entity.
fn derived(folder: &Path, tables: &[&Table], state: State) -> Result<Vec<String>, Failure> {
    let mut crates = Vec::new();
    for (at, tables) in tables.chunks(MODULES).enumerate() {
        let name = format!("entity_{at}");
        let source = folder.join(&name).join("src");
        let earlier: String = crates
            .iter()
            .map(|name| format!("pub use {name}::*;\n"))
            .collect();
        let mut modules = earlier;
        for table in tables {
            modules += &format!("pub mod {};\n", table.name());
            write_if_new(
                &source.join(format!("{}.rs", table.name())),
                &entity(table, state),
            )?;
        }
        write_if_new(&source.join("lib.rs"), &modules)?;
        crates.push(name);
    }
    Ok(crates)
}

fn entity(table: &Table, state: State) -> String {
    let fields: String = table.columns(state).iter().map(field).collect();
    let relations: String = table
        .foreign_keys(state)
        .iter()
        .map(|(column, target)| {
            let (from, variant) = if *column == "ref_id" { ("RefId", "Parent") } else { ("OtherId", "Other") };
            format!(
                "    #[sea_orm(belongs_to = \"super::{target}::Entity\", from = \"Column::{from}\", to = \"super::{target}::Column::Id\")]\n    {variant},\n"
            )
        })
        .collect();
    format!(
        "use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = \"{}\")]
pub struct Model {{
{fields}}}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {{
{relations}}}

impl ActiveModelBehavior for ActiveModel {{}}
",
        table.name()
    )
}

fn field(column: &Column) -> String {
    let (ty, attribute) = match column.ty {
        Type::Key => ("i64", "primary_key".to_owned()),
        Type::BigInt => ("i64", String::new()),
        Type::Int => ("i32", String::new()),
        Type::Bool => ("bool", String::new()),
        Type::Varchar(length) => (
            "String",
            format!("column_type = \"String(StringLen::N({length}))\""),
        ),
        Type::Text => ("String", "column_type = \"Text\"".into()),
        Type::Timestamp => ("DateTime", String::new()),
        Type::Decimal => ("Decimal", "column_type = \"Decimal(Some((12, 2)))\"".into()),
        Type::Json => ("Json", "column_type = \"JsonBinary\"".into()),
    };
    let default = column
        .default
        .map(|value| format!("default_value = {value}"));
    let index = column.index.map(|unique| {
        if unique {
            format!("unique_key = \"{}\"", column.name)
        } else {
            "indexed".to_owned()
        }
    });
    // A stated type hides from the derive that the field is an option.
    let null = (column.nullable && !attribute.is_empty()).then(|| "nullable".to_owned());
    let attributes: Vec<String> = [Some(attribute), null, default, index]
        .into_iter()
        .flatten()
        .filter(|attribute| !attribute.is_empty())
        .collect();
    let attributes = if attributes.is_empty() {
        String::new()
    } else {
        format!("    #[sea_orm({})]\n", attributes.join(", "))
    };
    let ty = if column.nullable {
        format!("Option<{ty}>")
    } else {
        ty.to_owned()
    };
    format!("{attributes}    pub {}: {ty},\n", column.name)
}

/// Writes one crate, with an entry of SeaORM's registry for each table.
fn explicit(folder: &Path, tables: &[&Table]) -> Result<Vec<String>, Failure> {
    let source = folder.join("entity").join("src");
    let entries: String = tables
        .iter()
        .map(|table| {
            let name = table.name();
            let parent = table.parent().unwrap_or_default();
            let change = table.kind.map_or(0, |kind| kind as u8 + 1);
            format!("entity!(\"{name}\", \"{parent}\", {change});\n")
        })
        .collect();
    let text = format!(
        "use sea_orm::EntityRegistry;

macro_rules! entity {{
    ($name:literal, $parent:literal, $change:literal) => {{
        sea_orm::register_entity! {{
            EntityRegistry {{
                module_path: concat!(\"entity::\", $name),
                schema_info: |schema| super::entity(schema, ($name, $parent, $change)),
            }}
        }}
    }};
}}

{entries}"
    );
    write_if_new(&source.join("lib.rs"), EXPLICIT)?;
    write_if_new(&source.join("tables.rs"), &text)?;
    Ok(vec!["entity".into()])
}
