//! Reading the entities in a child process of the same program.
//!
//! Invariant: the parent survives whatever an entity does, and names the entity that did it.
//!
//! The child is told by [`ROLE`] what to do and by [`REQUEST`] for which server. It writes its answer to standard output after a line
//! that nothing else prints, because a program may print before it comes to [`run_if_child`].

use std::env;
use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, ExitCode, Output, Stdio};

use plimsoll_schema::{Catalog, EnumType, Server, Table};
use sea_orm::{DbBackend, EntityRegistry, Schema};
use serde::{Deserialize, Serialize};

use super::registry::modules;
use super::{Models, ModelsError, Options, read};

const ROLE: &str = "PLIMSOLL_CHILD";
const REQUEST: &str = "PLIMSOLL_CHILD_REQUEST";
const READ: &str = "models";
const PROBE: &str = "models-probe";
/// The line after which the answer stands, and which begins each announcement of the probe.
const MARK: &str = "\u{1}plimsoll-models ";

#[derive(Serialize, Deserialize)]
struct Request {
    server: Server,
    options: Options,
}

/// What the child answers. A table's origin is no part of its JSON and travels beside it, in the same order.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Models {
        tables: Vec<Table>,
        origins: Vec<Option<String>>,
        enums: Vec<EnumType>,
    },
    Failed(ModelsError),
}

/// Whether this process was started by [`read_in_child`].
pub fn is_child() -> bool {
    env::var_os(ROLE).is_some_and(|role| role == READ || role == PROBE)
}

/// Does what a child is for, if this process is one: the program's `main` calls it before anything else and returns what it returns.
pub fn run_if_child() -> Option<ExitCode> {
    let role = env::var_os(ROLE)?;
    if role == OsStr::new(PROBE) {
        probe();
        return Some(ExitCode::SUCCESS);
    }
    (role == OsStr::new(READ)).then(answer)
}

fn answer() -> ExitCode {
    let request = env::var(REQUEST)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
    let result = match request {
        Ok(Request { server, options }) => read(&server, &options),
        Err(error) => Err(ModelsError::Child(error)),
    };
    let answer = match result {
        Ok(Models { catalog }) => Answer::Models {
            origins: catalog
                .tables
                .values()
                .map(|table| table.origin.clone())
                .collect(),
            tables: catalog.tables.into_values().collect(),
            enums: catalog.enums.into_values().collect(),
        },
        Err(error) => Answer::Failed(error),
    };
    let mut out = format!("\n{MARK}\n").into_bytes();
    let written = serde_json::to_writer(&mut out, &answer)
        .map_err(std::io::Error::from)
        .and_then(|()| std::io::stdout().lock().write_all(&out));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Reads one entity after the other, each announced first, so that the last one announced is the one that died.
fn probe() {
    let schema = Schema::new(DbBackend::Sqlite);
    let mut entries: Vec<&EntityRegistry> = inventory::iter::<EntityRegistry>()
        .filter(|entry| modules().contains_key(entry.module_path))
        .collect();
    entries.sort_by_key(|entry| entry.module_path);
    for entry in entries {
        let mut out = std::io::stdout().lock();
        let announced = writeln!(out, "\n{MARK}{}", entry.module_path).and_then(|()| out.flush());
        drop(out);
        if announced.is_err() {
            return;
        }
        (entry.schema_info)(&schema);
    }
}

/// Reads the entities linked into this program as [`read`] does, in a child process. The program's `main` has to
/// call [`run_if_child`].
///
/// # Errors
/// As [`read`]; and when the child died, with the entity it was at.
pub fn read_in_child(server: &Server, options: &Options) -> Result<Models, ModelsError> {
    let request = Request {
        server: server.clone(),
        options: options.clone(),
    };
    let request =
        serde_json::to_string(&request).map_err(|error| ModelsError::Child(error.to_string()))?;
    let output = spawn(READ, &request)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let mark = format!("\n{MARK}\n");
    if let Some((_, answer)) = stdout.split_once(&mark) {
        return match serde_json::from_str(answer) {
            Ok(Answer::Models {
                tables,
                origins,
                enums,
            }) => Ok(models(tables, origins, enums)),
            Ok(Answer::Failed(error)) => Err(error),
            Err(error) => Err(ModelsError::Child(error.to_string())),
        };
    }
    if output.status.success() {
        return Err(ModelsError::Child(
            "it ended without reading them; its `main` has to hand over to plimsoll before anything else"
                .into(),
        ));
    }
    Err(cause_of_death(&output, &request)?)
}

fn models(tables: Vec<Table>, origins: Vec<Option<String>>, enums: Vec<EnumType>) -> Models {
    let tables = tables.into_iter().zip(origins).map(|(mut table, origin)| {
        table.origin = origin;
        table
    });
    let mut catalog = Catalog::of(tables);
    catalog.enums = enums
        .into_iter()
        .map(|enum_type| (enum_type.name.clone(), enum_type))
        .collect();
    Models { catalog }
}

/// What killed the first child, by letting a second one die of it again.
fn cause_of_death(first: &Output, request: &str) -> Result<ModelsError, ModelsError> {
    let probe = spawn(PROBE, request)?;
    let stdout = String::from_utf8_lossy(&probe.stdout);
    let module = stdout
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix(MARK))
        .filter(|_| !probe.status.success())
        .map(str::to_owned);
    let stderr = String::from_utf8_lossy(&first.stderr);
    if let Some(module) = &module
        && stderr.contains("has overflowed its stack")
    {
        return Ok(ModelsError::Overflowed {
            module: module.clone(),
        });
    }
    let last = stderr
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .map(|line| format!(": {}", line.trim()))
        .unwrap_or_default();
    Ok(ModelsError::Died {
        module,
        how: format!("{}{last}", first.status),
    })
}

fn spawn(role: &str, request: &str) -> Result<Output, ModelsError> {
    env::current_exe()
        .and_then(|program| {
            Command::new(program)
                .env(ROLE, role)
                .env(REQUEST, request)
                .stdin(Stdio::null())
                .output()
        })
        .map_err(|error| ModelsError::Child(error.to_string()))
}
