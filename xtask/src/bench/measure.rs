//! What a run of a program costs.
//!
//! The counters of the system are sums over all children of a process. So every run gets a process of its own to be counted by: this
//! program, started again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::command::Failure;

/// Ticks of the kernel's clock in a second; the same on every Linux.
const TICKS: f64 = 100.0;

/// What a run cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) wall: f64,
    /// User and system time of the program and its children.
    pub(super) cpu: f64,
    /// The largest process of them.
    pub(super) mib: f64,
    /// Time of the server's processes.
    pub(super) server: f64,
}

/// Runs a program so often, after once for nothing, and takes the middle of each figure. `expected` is what it ends with.
pub(super) fn measure(
    command: impl Fn() -> Command,
    runs: usize,
    expected: i32,
    server: Option<u32>,
) -> Result<Cost, Failure> {
    let mut costs = Vec::new();
    for at in 0..=runs {
        let before = server.map_or(0.0, server_time);
        let mut cost = once(&command(), expected)?;
        if server.is_some() {
            // A backend is counted when it is gone, which is a moment after its client.
            settle();
            cost.server = server.map_or(0.0, server_time) - before;
        }
        if at > 0 {
            costs.push(cost);
        }
    }
    Ok(Cost::middle(&costs))
}

impl Cost {
    /// The middle of each figure.
    pub(super) fn middle(costs: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = costs.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Self {
            wall: middle(|cost| cost.wall),
            cpu: middle(|cost| cost.cpu),
            mib: middle(|cost| cost.mib),
            server: middle(|cost| cost.server),
        }
    }
}

fn settle() {
    std::thread::sleep(Duration::from_millis(200));
}

/// Runs it under this program, which tells what it cost.
pub(super) fn once(command: &Command, expected: i32) -> Result<Cost, Failure> {
    let program = command.get_program();
    let failed = |source| Failure::Start {
        program: program.to_string_lossy().into_owned(),
        source,
    };
    let mut own = Command::new(std::env::current_exe().map_err(failed)?);
    own.args(["bench", "run", "--"])
        .arg(program)
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            own.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        own.current_dir(folder);
    }
    let output = own.output().map_err(failed)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut words = said.split_whitespace();
    let code = words.next().and_then(|word| word.parse::<i32>().ok());
    let mut figures = words.filter_map(|word| word.parse::<f64>().ok());
    match [(); 3].map(|()| figures.next()) {
        [Some(wall), Some(cpu), Some(mib)] if code == Some(expected) => Ok(Cost {
            wall,
            cpu,
            mib,
            server: 0.0,
        }),
        _ => Err(Failure::Told(format!(
            "`{}` did not end with {expected}: {said}\n{}",
            program.to_string_lossy(),
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

/// Runs a program and prints its exit code, seconds, seconds of CPU and MiB.
pub(super) fn run(words: &[String]) -> Result<(), Failure> {
    let program = words.first().cloned().unwrap_or_default();
    let started = Instant::now();
    let status = Command::new(&program)
        .args(&words[words.len().min(1)..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|source| Failure::Start { program, source })?;
    let wall = started.elapsed().as_secs_f64();
    let usage =
        getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| Failure::Told(error.to_string()))?;
    let spent = usage.user_time() + usage.system_time();
    let spent = u64::try_from(spent.num_microseconds()).unwrap_or_default();
    let cpu = Duration::from_micros(spent).as_secs_f64();
    let kib = u32::try_from(usage.max_rss()).unwrap_or(u32::MAX);
    println!(
        "{} {wall} {} {}",
        status.code().unwrap_or(-1),
        cpu,
        f64::from(kib) / 1024.0
    );
    Ok(())
}

/// Seconds that a process, its children and those that it waited for have taken. On a system without `/proc`, none.
fn server_time(process: u32) -> f64 {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let children = children.unwrap_or_default();
    let children = children
        .split_whitespace()
        .filter_map(|word| word.parse().ok());
    let own = time_of(Path::new(&format!("/proc/{process}/stat")));
    own + children.map(server_time).sum::<f64>()
}

fn time_of(stat: &Path) -> f64 {
    let text = fs::read_to_string(stat).unwrap_or_default();
    // The program's name stands in parentheses and may hold spaces; user, system and the children's follow as fields 14 to 17.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = fields.split_whitespace().skip(11).take(4);
    times
        .filter_map(|word| word.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}
