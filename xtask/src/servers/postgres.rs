//! A throw-away PostgreSQL.

use std::path::{Path, PathBuf};

use super::{Started, as_user, find, give};
use crate::command::{Failure, run_quietly};

const FOLDERS: [&str; 4] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/*/bin",
    "/usr/local/opt/*/bin",
];

/// Starts the one that is installed; `None` where none is.
pub(super) fn start(folder: &Path, port: u16) -> Result<Option<Started>, Failure> {
    let (Some(initdb), Some(pg_ctl)) = (find("initdb", &FOLDERS), find("pg_ctl", &FOLDERS)) else {
        return Ok(None);
    };
    start_with(&initdb, pg_ctl, folder, port).map(Some)
}

/// Starts one with these programs.
pub(super) fn start_with(
    initdb: &Path,
    pg_ctl: PathBuf,
    folder: &Path,
    port: u16,
) -> Result<Started, Failure> {
    give("postgres", folder)?;
    let data = folder.join("data");
    let mut init = as_user("postgres", initdb);
    init.current_dir(folder).arg("-D").arg(&data);
    run_quietly(init.args([
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]))?;
    let options = format!(
        "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=200",
        folder.display()
    );
    // The log takes the server's output: a pipe that it kept open would never end.
    let mut start = as_user("postgres", &pg_ctl);
    start.current_dir(folder).arg("-D").arg(&data).arg("-l");
    start
        .arg(folder.join("log"))
        .args(["-w", "-o", &options, "start"]);
    run_quietly(&mut start)?;
    // The file's first line is the server's process; without one nothing is counted.
    let process = std::fs::read_to_string(data.join("postmaster.pid"))
        .ok()
        .and_then(|text| text.lines().next()?.trim().parse().ok())
        .unwrap_or_default();
    let folder = folder.to_owned();
    Ok(Started {
        url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        process,
        stop: Box::new(move || {
            let mut stop = as_user("postgres", &pg_ctl);
            stop.current_dir(&folder).arg("-D").arg(&data);
            let _ = run_quietly(stop.args(["-w", "-m", "immediate", "stop"]));
        }),
    })
}
