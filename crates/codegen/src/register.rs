//! A revision made part of the migrations crate.
//!
//! Order matters: the revision's file first (a file that no `mod` names is not compiled), then `lib.rs`, which makes it part of the
//! crate, then what goes with it (`catalog.json`). A crash before `lib.rs` leaves the old project and a file nobody reads; a crash after
//! it leaves the new project with the catalog of the revision before, whose outdated statements find nothing left to take back.

mod exchange;
mod follow;
mod lib_rs;

use std::path::{Path, PathBuf};

use self::lib_rs::Problem;
use crate::CodegenError;
use crate::write::{self, Target};

/// Where a revision went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The revision's file.
    pub revision: PathBuf,
    /// The edited `lib.rs`.
    pub lib: PathBuf,
}

/// Adds a revision to the migrations crate in `project`: writes `src/<stem>.rs`, and in `src/lib.rs` a `mod` and the last entry of the list
/// of migrations. `extra` are further files, with their texts, that are written or replaced together with it.
///
/// # Errors
/// When a file is there already, cannot be written, or `lib.rs` is laid out in a way that cannot be edited safely; then nothing is changed.
pub fn register(
    project: &Path,
    stem: &str,
    text: &str,
    extra: &[(PathBuf, String)],
) -> Result<Registered, CodegenError> {
    let crate_files = Files::of(project, stem);
    let new = crate_files.edited(|old| lib_rs::add(old, stem))?;
    let mut targets = crate_files.targets(text, new);
    targets.extend(extra.iter().map(|(path, text)| Target {
        path: path.clone(),
        text: text.clone(),
        replaces: true,
    }));
    write::all(&targets)?;
    Ok(crate_files.0)
}

/// The two files that a revision is written to.
struct Files(Registered);

impl Files {
    fn of(project: &Path, stem: &str) -> Self {
        let sources = project.join("src");
        Self(Registered {
            revision: sources.join(format!("{stem}.rs")),
            lib: sources.join("lib.rs"),
        })
    }

    /// The text of `lib.rs` after an edit.
    fn edited(
        &self,
        edit: impl FnOnce(&str) -> Result<String, Problem>,
    ) -> Result<String, CodegenError> {
        let lib = &self.0.lib;
        edit(&read(lib)?).map_err(|problem| CodegenError::Layout {
            path: lib.clone(),
            line: problem.line,
            problem: problem.text,
        })
    }

    /// The revision first, and `lib.rs`, which makes it part of the crate.
    fn targets(&self, text: &str, lib: String) -> Vec<Target> {
        vec![
            Target {
                path: self.0.revision.clone(),
                text: text.to_owned(),
                replaces: false,
            },
            Target {
                path: self.0.lib.clone(),
                text: lib,
                replaces: true,
            },
        ]
    }
}

/// Puts a revision in the place of several: writes its file, and in `src/lib.rs` it stands where the `last` of them stood; the others'
/// lines and all their files go.
///
/// # Errors
/// When a file is there already, cannot be written, or a line of theirs is not found as this tool writes it; then nothing is changed.
pub fn replace(
    project: &Path,
    stem: &str,
    text: &str,
    replaced: &[String],
    last: &str,
) -> Result<Registered, CodegenError> {
    let crate_files = Files::of(project, stem);
    let new = crate_files.edited(|old| {
        replaced.iter().try_fold(old.to_owned(), |text, id| {
            exchange::exchange(&text, id, (id == last).then_some(stem))
        })
    })?;
    write::all(&crate_files.targets(text, new))?;
    for id in replaced {
        let old = project.join("src").join(format!("{id}.rs"));
        // Nobody reads it any more; that it stays is no failure of what was done.
        let _ = std::fs::remove_file(old);
    }
    Ok(crate_files.0)
}

/// Revisions' files with other parents in them, not written yet.
pub struct Refollowed(Vec<Target>);

impl Refollowed {
    /// Reads the file of each of these revisions and puts the parents that it is to follow into its `revision!` and its documentation.
    /// `is_built_from` says of a revision and the text of its file whether the program that runs was built from that.
    ///
    /// # Errors
    /// When a file cannot be read, says nothing of parents in a way that can be edited safely, or is newer than the program.
    pub fn read(
        project: &Path,
        parents: &[(String, Vec<String>)],
        is_built_from: impl Fn(&str, &str) -> bool,
    ) -> Result<Self, CodegenError> {
        let targets = parents.iter().map(|(id, parents)| {
            let path = project.join("src").join(format!("{id}.rs"));
            let old = read(&path)?;
            if !is_built_from(id, &old) {
                return Err(CodegenError::Newer(path));
            }
            let text = follow::follow(&old, parents).map_err(|problem| CodegenError::Stated {
                path: path.clone(),
                line: problem.line,
                problem: problem.text,
            })?;
            Ok(Target {
                path,
                text,
                replaces: true,
            })
        });
        Ok(Self(targets.collect::<Result<_, _>>()?))
    }

    /// The files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|target| target.path.as_path())
    }

    /// Writes all of them, or none.
    ///
    /// # Errors
    /// When one cannot be written; then nothing is changed.
    pub fn write(&self) -> Result<(), CodegenError> {
        write::all(&self.0)
    }
}

/// The text of a file.
fn read(path: &Path) -> Result<String, CodegenError> {
    let bytes = std::fs::read(path).map_err(|error| CodegenError::io("read", path, error))?;
    String::from_utf8(bytes).map_err(|_| CodegenError::NotUtf8(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Refollowed, register};
    use std::fs;
    use std::path::Path;

    const LIB: &str = "mod m1_a;\n\nimpl MigratorTrait for M {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        \
        vec![Box::new(m1_a::Migration)]\n    }\n}\n";

    fn project() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("src")).expect("made");
        fs::write(folder.path().join("src/lib.rs"), LIB).expect("written");
        folder
    }

    /// Every file below, with its text.
    fn files(folder: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).expect("read") {
                let path = entry.expect("read").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path
                        .strip_prefix(folder)
                        .expect("below")
                        .display()
                        .to_string();
                    found.push((name, fs::read_to_string(&path).unwrap_or_default()));
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn a_revision_is_written_with_what_goes_with_it() {
        let folder = project();
        let catalog = folder.path().join("catalog.json");
        let extra = [(catalog.clone(), "{}\n".to_owned())];
        let done = register(folder.path(), "m2_b", "// b\n", &extra).expect("registered");
        assert_eq!(done.revision, folder.path().join("src/m2_b.rs"));
        let names: Vec<String> = files(folder.path())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["catalog.json", "src/lib.rs", "src/m2_b.rs"]);
        let lib = fs::read_to_string(done.lib).expect("read");
        assert!(lib.contains("mod m2_b;") && lib.contains("Box::new(m2_b::Migration),"));
    }

    #[test]
    fn an_error_leaves_everything_as_it_was() {
        let folder = project();
        fs::write(folder.path().join("src/m2_b.rs"), "// mine\n").expect("written");
        let before = files(folder.path());
        let error = register(folder.path(), "m2_b", "// b\n", &[]).expect_err("it is there");
        assert!(
            error.to_string().contains("m2_b.rs` exists already"),
            "{error}"
        );
        assert_eq!(files(folder.path()), before);

        // A folder stands where a file should go: the last rename fails, after two that went well.
        let catalog = folder.path().join("catalog.json");
        fs::create_dir(&catalog).expect("made");
        let extra = [(catalog, "{}\n".to_owned())];
        let before = files(folder.path());
        register(folder.path(), "m3_c", "// c\n", &extra).expect_err("a folder is in the way");
        assert_eq!(files(folder.path()), before);
    }

    #[test]
    fn all_files_follow_others_or_none_does() {
        let folder = project();
        let file = |id: &str| folder.path().join(format!("src/{id}.rs"));
        for id in ["m2_b", "m3_c"] {
            fs::write(file(id), "revision! { parents: [\"m1_a\"] }\n").expect("written");
        }
        let wanted = |last: &str| ["m2_b", last].map(|id| (id.to_owned(), vec!["m4_d".to_owned()]));
        let edited = Refollowed::read(folder.path(), &wanted("m3_c"), |_, _| true).expect("read");
        assert_eq!(
            edited.paths().collect::<Vec<_>>(),
            [file("m2_b"), file("m3_c")]
        );
        // The second file cannot be replaced by now.
        fs::remove_file(file("m3_c")).expect("removed");
        fs::create_dir(file("m3_c")).expect("made");
        let before = files(folder.path());
        edited.write().expect_err("a folder is in the way");
        assert_eq!(files(folder.path()), before);
        fs::remove_dir(file("m3_c")).expect("removed");
        edited.write().expect("written");
        let text = fs::read_to_string(file("m3_c")).expect("read");
        assert_eq!(text, "revision! { parents: [\"m4_d\"] }\n");

        let read = |last, is_built| Refollowed::read(folder.path(), &wanted(last), |_, _| is_built);
        let told = [read("m1_a", true), read("m3_c", false)].map(|read| {
            let error = read.err().expect("refused");
            let told = format!("{error}\n  {}", error.help());
            told.replace(&folder.path().display().to_string(), "DIR")
        });
        insta::assert_snapshot!(told.join("\n"), @r"
        cannot read `DIR/src/m1_a.rs`: No such file or directory (os error 2)
          correct the path of the migrations crate
        `DIR/src/m2_b.rs` was changed since this program was built
          run it through cargo, which builds it anew
        ");
    }

    #[test]
    fn a_layout_that_is_not_understood_is_refused() {
        let folder = project();
        fs::write(folder.path().join("src/lib.rs"), "pub mod migrator;\n").expect("written");
        let error = register(folder.path(), "m2_b", "// b\n", &[]).expect_err("refused");
        let told = error
            .to_string()
            .replace(&folder.path().display().to_string(), "DIR");
        insta::assert_snapshot!(told, @"`DIR/src/lib.rs`, line 1: there is no `impl MigratorTrait for …`");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_permissions_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = project();
        let lib = folder.path().join("src/lib.rs");
        let real = folder.path().join("real.rs");
        fs::rename(&lib, &real).expect("moved");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink(&real, &lib).expect("linked");
        register(folder.path(), "m2_b", "// b\n", &[]).expect("registered");
        assert!(fs::symlink_metadata(&lib).expect("there").is_symlink());
        let mode = fs::metadata(&real).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);

        // What the user locked is not replaced behind its back.
        fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).expect("set");
        let before = files(folder.path());
        let error = register(folder.path(), "m3_c", "// c\n", &[]).expect_err("locked");
        assert_eq!(
            error.help(),
            "make the migrations crate writable for this user"
        );
        assert_eq!(files(folder.path()), before);
    }
}
