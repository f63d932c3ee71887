//! By psql, mariadb or mysql: they know what rows of a COPY and bytes that are no text are.

use std::process::Stdio;

use plimsoll_migrate::connect::Connection;
use plimsoll_schema::Backend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufWriter};
use tokio::process::{ChildStdin, Command};

use super::{Loaded, Script};
use crate::Tell;
use crate::error::BackupError;
use crate::tool::Tool;

/// How much is sent at once, in bytes.
const PIECE: usize = 128 * 1024;

pub(super) async fn carry_out(
    connection: &Connection,
    script: &Script<'_>,
    tell: &mut Tell<'_>,
) -> Result<Loaded, BackupError> {
    let tool = Tool::client(connection).await?;
    let (mut command, _file) = tool.command()?;
    flags(&mut command, &tool, connection.url.backend());
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| tool.unstarted(&error))?;
    let (Some(stdin), Some(mut stderr)) = (child.stdin.take(), child.stderr.take()) else {
        return Err(tool.unstarted(&std::io::Error::other("its input is not to be had")));
    };
    let mut said = Vec::new();
    let fed = async {
        let fed = tokio::select! {
            fed = feed(connection.url.backend(), stdin, script, tell) => fed,
            () = script.stop.asked() => Err(Fed::Error(BackupError::Interrupted {
                action: script.action,
                help: "nothing of it was committed",
            })),
        };
        if matches!(fed, Err(Fed::Error(_))) {
            // Its connection goes with it, and the server rolls back; a statement of an hour is not waited for.
            let _ = child.start_kill();
        }
        fed
    };
    // Order matters: what it says is read while it is fed, else both would wait for ever.
    let (fed, ()) = tokio::join!(fed, async {
        let _ = stderr.read_to_end(&mut said).await;
    });
    let status = child.wait().await.map_err(|error| tool.unstarted(&error))?;
    match fed {
        Ok(loaded) if status.success() => Ok(loaded),
        Err(Fed::Error(error)) => Err(error),
        // A client that ended does not read on; why is in what it said.
        Ok(_) | Err(Fed::Gone) => Err(BackupError::Tool {
            action: script.action,
            tool: tool.name.to_owned(),
            reason: tool.said(&said, status).replace("psql:<stdin>:", "line "),
            help: script.help.clone(),
        }),
    }
}

fn flags(command: &mut Command, tool: &Tool, backend: Backend) {
    match backend {
        Backend::Sqlite | Backend::Postgres => {
            command.args([
                "--no-psqlrc",
                "--quiet",
                "--no-password",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
            ]);
        }
        Backend::Mysql => {
            // In binary mode bytes stay what they are, and nothing in a dump is a command of the client's.
            command.args([
                "--batch",
                "--binary-mode",
                "--default-character-set=utf8mb4",
                "--max-allowed-packet=1G",
                "--",
                tool.database(),
            ]);
        }
    }
}

/// Why not all was fed.
enum Fed {
    /// The client is gone.
    Gone,
    /// The dump, or someone who asked to stop.
    Error(BackupError),
}

impl From<std::io::Error> for Fed {
    fn from(_: std::io::Error) -> Self {
        Self::Gone
    }
}

impl From<BackupError> for Fed {
    fn from(error: BackupError) -> Self {
        Self::Error(error)
    }
}

/// Sends the script. Every statement stays on the line it has in the dump, so that the client's errors name that.
async fn feed(
    backend: Backend,
    stdin: ChildStdin,
    script: &Script<'_>,
    tell: &mut Tell<'_>,
) -> Result<Loaded, Fed> {
    let mut to = BufWriter::with_capacity(PIECE, stdin);
    let begin = match backend {
        Backend::Sqlite | Backend::Postgres => "BEGIN; ",
        Backend::Mysql => "START TRANSACTION; ",
    };
    to.write_all(begin.as_bytes()).await?;
    for sql in &script.before {
        to.write_all(format!("{sql}; ").as_bytes()).await?;
    }
    let mut parts = script.dump.parts(backend)?;
    let mut statements = 0;
    let mut line = 1;
    let mut left = false;
    while let Some(part) = parts.next()? {
        tell(parts.bytes_read());
        let rows = matches!(part.kind, crate::dump::Kind::Rows);
        left = script.leave.holds(&part.kind, left);
        if left {
            continue;
        }
        while line < part.line && !rows {
            to.write_all(b"\n").await?;
            line += 1;
        }
        to.write_all(&part.text).await?;
        line += part
            .text
            .iter()
            .map(|byte| u64::from(*byte == b'\n'))
            .sum::<u64>();
        statements += u64::from(!rows);
    }
    for sql in &script.after {
        to.write_all(format!("{sql};\n").as_bytes()).await?;
    }
    // Only now: a stream that ended before this left nothing.
    to.write_all(b"COMMIT;\n").await?;
    to.flush().await?;
    to.shutdown().await?;
    Ok(Loaded { statements })
}
