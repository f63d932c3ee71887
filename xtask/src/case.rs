//! New case files.

use std::fs;

use crate::command::{Failure, root};

const TEMPLATE: &str = "\
What happens, in a sentence.
backends: sqlite postgres mysql
-- from --
table customer
  id bigint pk auto
-- to --
table customer
  id bigint pk auto
  name varchar(80)
";

/// Writes a case that can be filled in.
pub(crate) fn create(name: &str) -> Result<(), Failure> {
    let path = root().join("tests/cases").join(format!("{name}.case"));
    if path.exists() {
        return Err(Failure::Told(format!("{} exists already", path.display())));
    }
    let io = |source| Failure::Io {
        path: path.clone(),
        source,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    fs::write(&path, TEMPLATE).map_err(io)?;
    println!("{}", path.display());
    println!("Fill it in, then: cargo xtask bless {name}");
    Ok(())
}
