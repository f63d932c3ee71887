//! A throw-away MariaDB or MySQL.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Started, as_user, find, give, is_root, wait_for};
use crate::command::{Failure, run_quietly};

const FOLDERS: [&str; 4] = [
    "/usr/sbin",
    "/usr/libexec",
    "/opt/homebrew/opt/*/bin",
    "/usr/local/opt/*/bin",
];

/// Starts one; `None` where neither is installed.
pub(super) fn start(folder: &Path, port: u16) -> Result<Option<Started>, Failure> {
    let data = folder.join("data");
    let mariadb = find("mariadbd", &FOLDERS).zip(find("mariadb-install-db", &FOLDERS));
    let (server, mut init) = if let Some((server, install)) = mariadb {
        let mut init = as_user("mysql", &install);
        init.args(["--no-defaults", "--auth-root-authentication-method=normal"]);
        (server, init)
    } else if let Some(server) = find("mysqld", &FOLDERS) {
        let mut init = as_user("mysql", &server);
        init.args(["--no-defaults", "--initialize-insecure"]);
        (server, init)
    } else {
        return Ok(None);
    };
    give("mysql", folder)?;
    run_quietly(init.current_dir(folder).arg(datadir(&data)))?;
    let mut command = Command::new(&server);
    command
        .arg("--no-defaults")
        .arg(datadir(&data))
        .arg(format!("--socket={}", folder.join("socket").display()))
        .arg(format!("--port={port}"))
        .args(["--bind-address=127.0.0.1", "--skip-log-bin"])
        // MariaDB before 11.6 would take latin1, which has not the letters of the tests.
        .arg("--character-set-server=utf8mb4")
        .args(["--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if is_root() {
        command.arg("--user=mysql");
    }
    let mut child = command.spawn().map_err(|source| Failure::Start {
        program: server.display().to_string(),
        source,
    })?;
    let process = child.id();
    let waited = wait_for(port, "MariaDB");
    let mut stop = move || {
        // Its data is thrown away: there is nothing to lose by killing it.
        let _ = child.kill();
        let _ = child.wait();
    };
    if let Err(failure) = waited {
        stop();
        return Err(failure);
    }
    Ok(Some(Started {
        url: format!("mysql://root@127.0.0.1:{port}/mysql"),
        process,
        stop: Box::new(stop),
    }))
}

fn datadir(data: &Path) -> String {
    format!("--datadir={}", data.display())
}
