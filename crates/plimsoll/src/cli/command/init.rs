//! `init`: the migrations crate and `plimsoll.toml`.
//!
//! Invariant: nothing that is there is overwritten.

use std::path::{Component, Path, PathBuf};

use cargo_metadata::MetadataCommand;

use crate::cli::args::Init;
use crate::cli::config;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Output;

const LIB: &str = r"//! The revisions of the database, in order.

use plimsoll::prelude::*;

/// The list of them.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![]
    }
}
";

const CONFIG: &str = r#"# The directory of the migrations crate.
migrations = "DIRECTORY"

# Who owns what no model ever stated: "stated" leaves it alone, "everything" drops it.
manage = "stated"

# Tables that are none of ours; `*` stands for any text.
ignore = []

# [database]
# url = "sqlite://plimsoll.db"
"#;

pub(crate) fn run(args: &Init, here: &Path, output: &mut Output<'_>) -> Result<Exit, CliError> {
    let directory = here.join(&args.directory);
    let name = crate_name(&directory)?;
    let workspace = Workspace::of(here);
    let root = workspace
        .as_ref()
        .map_or(here, |workspace| workspace.root.as_path());
    let entity = workspace
        .as_ref()
        .and_then(|workspace| workspace.member(&args.entity));
    let module = args.entity.replace('-', "_");
    let main = main_rs(
        &name.replace('-', "_"),
        entity.as_ref().map(|_| module.as_str()),
    );
    let adopted = directory.join("Cargo.toml").exists();
    if adopted {
        output.text(&adoption(&directory, &args.entity, entity.as_deref()));
    } else {
        let manifest = manifest(&name, &args.entity, entity.as_deref(), &directory);
        create(&directory.join("Cargo.toml"), &manifest, output)?;
        create(&directory.join("src/lib.rs"), LIB, output)?;
        create(&directory.join("src/main.rs"), &main, output)?;
        if let Some(workspace) = &workspace {
            workspace.add_member(&directory, output)?;
        }
        if entity.is_none() {
            output.note(&format!(
                "there is no crate `{}` in this workspace: add the crate with your models to {} and `use {module} as _;` to its main.rs",
                args.entity,
                args.directory.join("Cargo.toml").display()
            ));
        }
    }
    let file = root.join(config::FILE);
    if file.exists() {
        output.note(&format!("{} is there already", config::FILE));
    } else {
        let relative = relative(root, &directory);
        create(&file, &CONFIG.replace("DIRECTORY", &relative), output)?;
    }
    if !adopted {
        output.text(&format!(
            "next: cargo run -p {name} -- revision --autogenerate -m \"first tables\"\n"
        ));
    }
    Ok(Exit::Ok)
}

fn crate_name(directory: &Path) -> Result<String, CliError> {
    directory
        .file_name()
        .and_then(|name| name.to_str())
        .filter(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        })
        .map(str::to_owned)
        .ok_or_else(|| {
            CliError::new(
                Exit::Usage,
                format!("name the crate after `{}`", directory.display()),
            )
            .help("give a directory whose name is a crate name, such as `migrations`")
        })
}

fn main_rs(migrations: &str, entity: Option<&str>) -> String {
    let link = entity.map_or(String::new(), |entity| {
        format!("// Links the models, so that they are found.\nuse {entity} as _;\n\n")
    });
    format!(
        "//! The command line of this project's migrations.\n\n{link}#[tokio::main]\nasync fn main() -> std::process::ExitCode {{\n    plimsoll::cli::run({migrations}::Migrator).await\n}}\n"
    )
}

fn manifest(name: &str, entity: &str, at: Option<&Path>, directory: &Path) -> String {
    let entity = match at {
        Some(at) => format!("{entity} = {{ path = \"{}\" }}\n", relative(directory, at)),
        None => String::new(),
    };
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n{entity}plimsoll = \"{}\"\nsea-orm-migration = {{ version = \"2.0\", default-features = false }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn adoption(directory: &Path, entity: &str, at: Option<&Path>) -> String {
    let path = at.map_or("…".to_owned(), |at| relative(directory, at));
    format!(
        "there is a crate in `{}`; it is left as it is. Two edits adopt it:\n\n  Cargo.toml, [dependencies]:\n    plimsoll = \"{}\"\n    {entity} = {{ path = \"{path}\" }}   # the crate with your models\n\n  src/main.rs, instead of cli::run_cli(…).await:\n    use {} as _;\n    plimsoll::cli::run(…).await   // `main` returns std::process::ExitCode\n\n",
        directory.display(),
        env!("CARGO_PKG_VERSION"),
        entity.replace('-', "_"),
    )
}

/// Writes a file that is not there.
fn create(path: &Path, text: &str, output: &mut Output<'_>) -> Result<(), CliError> {
    use std::io::Write as _;
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)
            .map_err(|error| CliError::file("create", parent, &error))?;
    }
    let written =
        std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| CliError::file("write", path, &error))?;
    output.text(&format!("created {}\n", path.display()));
    Ok(())
}

/// The path from one directory to another, with `/`.
fn relative(from: &Path, to: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut out = vec!["..".to_owned(); from.len() - shared];
    out.extend(to[shared..].iter().cloned());
    if out.is_empty() {
        ".".to_owned()
    } else {
        out.join("/")
    }
}

struct Workspace {
    root: PathBuf,
    members: Vec<(String, PathBuf)>,
}

impl Workspace {
    /// The workspace, or the single package, that a directory belongs to.
    fn of(here: &Path) -> Option<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(here)
            .no_deps()
            .exec()
            .ok()?;
        Some(Self {
            root: metadata.workspace_root.clone().into_std_path_buf(),
            members: metadata
                .packages
                .iter()
                .filter_map(|package| {
                    let directory = package.manifest_path.parent()?;
                    Some((package.name.to_string(), directory.as_std_path().to_owned()))
                })
                .collect(),
        })
    }

    fn member(&self, name: &str) -> Option<PathBuf> {
        self.members
            .iter()
            .find(|(member, _)| member == name)
            .map(|(_, directory)| directory.clone())
    }

    /// Adds a directory to the members that are listed; patterns and a lone package are left alone.
    fn add_member(&self, directory: &Path, output: &mut Output<'_>) -> Result<(), CliError> {
        let path = self.root.join("Cargo.toml");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| CliError::file("read", &path, &error))?;
        let by_hand = |output: &mut Output<'_>| {
            output.note(&format!(
                "add \"{}\" to [workspace] members in {}",
                relative(&self.root, directory),
                path.display()
            ));
        };
        let Ok(mut manifest) = text.parse::<toml_edit::DocumentMut>() else {
            by_hand(output);
            return Ok(());
        };
        let members = manifest
            .get_mut("workspace")
            .and_then(|workspace| workspace.get_mut("members"))
            .and_then(toml_edit::Item::as_array_mut);
        let Some(members) = members else {
            by_hand(output);
            return Ok(());
        };
        let relative = relative(&self.root, directory);
        if members
            .iter()
            .filter_map(toml_edit::Value::as_str)
            .any(|member| member == relative || member.contains('*'))
        {
            return Ok(());
        }
        push_like_the_last(members, relative);
        std::fs::write(&path, manifest.to_string())
            .map_err(|error| CliError::file("write", &path, &error))?;
        output.text(&format!("added it to the members of {}\n", path.display()));
        Ok(())
    }
}

/// Adds a member laid out as the last one is; a comment behind that one stays behind it.
fn push_like_the_last(members: &mut toml_edit::Array, member: String) {
    let before = members
        .iter()
        .last()
        .and_then(|last| last.decor().prefix())
        .and_then(toml_edit::RawString::as_str)
        .unwrap_or_default()
        .to_owned();
    // The first of a list on one line has no blank before it.
    let before = match before.as_str() {
        "" if !members.is_empty() => " ".to_owned(),
        _ => before,
    };
    let mut value = toml_edit::Value::from(member);
    let behind = members.trailing().as_str().unwrap_or_default().to_owned();
    if behind.contains('#') {
        value
            .decor_mut()
            .set_prefix(format!("{}{before}", behind.trim_end()));
        members.set_trailing("\n");
    } else {
        value.decor_mut().set_prefix(before);
    }
    members.push_formatted(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths() {
        for (from, to, expected) in [
            ("/a", "/a/migrations", "migrations"),
            ("/a/migrations", "/a/entity", "../entity"),
            ("/a", "/a", "."),
            ("/a", "/a/./db/m", "db/m"),
        ] {
            assert_eq!(relative(Path::new(from), Path::new(to)), expected);
        }
    }

    #[test]
    fn a_member_is_laid_out_as_the_last_one_is() {
        let after = |members: &str| {
            let mut manifest: toml_edit::DocumentMut = members.parse().unwrap();
            push_like_the_last(manifest["m"].as_array_mut().unwrap(), "new".to_owned());
            manifest.to_string()
        };
        assert_eq!(after("m = []\n"), "m = [\"new\"]\n");
        assert_eq!(after("m = [\"a\"]\n"), "m = [\"a\", \"new\"]\n");
        assert_eq!(
            after("m = [\"a\", \"b\"]\n"),
            "m = [\"a\", \"b\", \"new\"]\n"
        );
        assert_eq!(
            after("m = [\n  \"a\",\n]\n"),
            "m = [\n  \"a\",\n  \"new\",\n]\n"
        );
    }
}
