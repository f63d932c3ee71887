//! A throw-away MariaDB or MySQL.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Started, as_user, find, give, is_root, wait_for};
use crate::command::{Failure, run_quietly};

const FOLDERS: [&str; 4] = [
    "/usr/sbin",
    "/usr/libexec",
    "/opt/homebrew/opt/*/bin",
    "/usr/local/opt/*/bin",
];

/// Starts the one that is installed; `None` where neither is.
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
    command.arg("--no-defaults").arg(datadir(&data));
    serve(command, folder, port).map(Some)
}

/// Starts one out of the files of its Debian package and of what that depends on, which stand below `root` and are not installed.
pub(super) fn start_extracted(root: &Path, folder: &Path, port: u16) -> Result<Started, Failure> {
    let data = folder.join("data");
    let io = |source| Failure::Io {
        path: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(&data).map_err(io)?;
    give("mysql", folder)?;
    let files = Extracted::find(root)?;
    if files.is_mariadb {
        let script = folder.join("bootstrap.sql");
        std::fs::write(&script, files.bootstrap()?).map_err(io)?;
        let mut init = files.server(&data);
        init.args(["--bootstrap", "--enforce-storage-engine="]);
        run_quietly(init.stdin(File::open(&script).map_err(io)?))?;
    } else {
        run_quietly(files.server(&data).arg("--initialize-insecure"))?;
    }
    let mut server = files.server(&data);
    if !files.is_mariadb {
        server.arg("--mysqlx=OFF");
    }
    serve(server, folder, port)
}

/// The files of a server that is not installed.
struct Extracted<'a> {
    root: &'a Path,
    loader: PathBuf,
    program: PathBuf,
    share: PathBuf,
    is_mariadb: bool,
}

impl<'a> Extracted<'a> {
    fn find(root: &'a Path) -> Result<Self, Failure> {
        let first = |files: &[&str]| {
            let mut files = files.iter().map(|file| root.join(file));
            files
                .find(|file| file.exists())
                .ok_or_else(|| Failure::Told(format!("{} is no server's root", root.display())))
        };
        let program = first(&["usr/sbin/mariadbd", "usr/sbin/mysqld"])?;
        Ok(Self {
            root,
            loader: first(&[
                "usr/lib64/ld-linux-x86-64.so.2",
                "lib64/ld-linux-x86-64.so.2",
                "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
            ])?,
            is_mariadb: program.ends_with("mariadbd"),
            program,
            share: first(&["usr/share/mariadb", "usr/share/mysql"])?,
        })
    }

    /// The program, run by the loader and with the libraries of its own release, in place of those of this machine.
    fn server(&self, data: &Path) -> Command {
        let libraries = [
            "usr/lib/x86_64-linux-gnu",
            "lib/x86_64-linux-gnu",
            "usr/lib/mysql/private",
        ];
        let libraries = libraries.map(|folder| self.root.join(folder).into_os_string());
        let option = |name: &str, path: &Path| {
            let mut option = OsString::from(name);
            option.push(path);
            option
        };
        let mut command = Command::new(&self.loader);
        command
            .arg("--library-path")
            .arg(libraries.join(&OsString::from(":")))
            .arg(&self.program)
            .arg("--no-defaults")
            .arg(datadir(data))
            .arg(option("--lc-messages-dir=", &self.share))
            .arg(option(
                "--character-sets-dir=",
                &self.share.join("charsets"),
            ))
            .arg(option(
                "--plugin-dir=",
                &self.root.join("usr/lib/mysql/plugin"),
            ))
            .arg("--secure-file-priv=");
        if is_root() {
            command.arg("--user=mysql");
        }
        command
    }

    /// What makes MariaDB's own tables, as its install script says it.
    fn bootstrap(&self) -> Result<String, Failure> {
        let mut out = String::from(
            "create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n\
             SET @skip_auth_anonymous=1;\nSET @auth_root_authentication_string='';\n",
        );
        let files = [
            "system_tables",
            "performance_tables",
            "system_tables_data",
            "maria_add_gis_sp_bootstrap",
            "sys_schema",
        ];
        for file in files {
            let names = ["mariadb_", "mysql_", ""].map(|start| format!("{start}{file}.sql"));
            let mut paths = names.iter().map(|name| self.share.join(name));
            // Version 10.5 has no sys schema.
            let Some(path) = paths.find(|path| path.exists()) else {
                continue;
            };
            let text = std::fs::read_to_string(&path);
            out += &text.map_err(|source| Failure::Io { path, source })?;
        }
        Ok(out)
    }
}

/// Runs the server until it is stopped.
fn serve(mut command: Command, folder: &Path, port: u16) -> Result<Started, Failure> {
    command
        .arg(format!("--socket={}", folder.join("socket").display()))
        .arg(format!("--port={port}"))
        .args(["--bind-address=127.0.0.1", "--skip-log-bin"])
        // MariaDB before 11.6 would take latin1, which has not the letters of the tests.
        .arg("--character-set-server=utf8mb4")
        .args(["--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0"])
        // What newer versions begin with; older ones are set up so by distributions and hosts.
        .args([
            "--character-set-server=utf8mb4",
            "--loose-explicit-defaults-for-timestamp=ON",
        ])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if is_root() {
        command.arg("--user=mysql");
    }
    let mut child = command.spawn().map_err(|source| Failure::Start {
        program: command.get_program().display().to_string(),
        source,
    })?;
    let process = child.id();
    let waited = wait_for(port, "MySQL or MariaDB");
    let mut stop = move || {
        // Its data is thrown away: there is nothing to lose by killing it.
        let _ = child.kill();
        let _ = child.wait();
    };
    if let Err(failure) = waited {
        stop();
        return Err(failure);
    }
    Ok(Started {
        url: format!("mysql://root@127.0.0.1:{port}/mysql"),
        process,
        stop: Box::new(stop),
    })
}

fn datadir(data: &Path) -> String {
    format!("--datadir={}", data.display())
}
