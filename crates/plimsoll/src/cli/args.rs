//! The command line: verbs, flags, help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::error::EXIT_CODES;
use super::tenants::Looking;

mod backup;
mod compare;
mod graph;
mod run;

pub(crate) use backup::{Backup, BackupFirst, Restore, Seed};
pub(crate) use compare::{Answering, Compare, ScratchServer};
pub(crate) use graph::{
    Edit, EnsureVersion, Heads, History, Merge, Placing, Rebase, Repair, Show, Squash, Stamp,
};
pub(crate) use run::{Downgrade, Running, Upgrade};

/// Migrations for SeaORM, generated from your models, proven, and reviewable.
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    after_help = EXIT_CODES,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Text for people, or JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// A graph for Mermaid (history).
    Mermaid,
    /// A picture (history).
    Svg,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What holds for every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Address of the database [default: plimsoll.toml, then the SQLite file plimsoll.db] [env: DATABASE_URL]
    // The variable is read where the flag's rank and the variable's differ: in `selection`.
    #[arg(short = 'u', long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Environment of plimsoll.toml, which says where the databases are
    #[arg(
        short,
        long,
        global = true,
        env = "PLIMSOLL_ENV",
        hide_env_values = true,
        value_name = "NAME"
    )]
    pub(crate) env: Option<String>,
    /// One of several databases of plimsoll.toml
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) database: Option<String>,
    /// Schema to work in (PostgreSQL's search_path)
    #[arg(
        short = 's',
        long,
        global = true,
        env = "DATABASE_SCHEMA",
        hide_env_values = true,
        value_name = "NAME"
    )]
    pub(crate) database_schema: Option<String>,
    /// Directory of the migrations crate [default: where cargo runs it from]
    #[arg(
        long,
        global = true,
        env = "MIGRATION_DIR",
        hide_env_values = true,
        value_name = "DIR"
    )]
    pub(crate) migration_dir: Option<PathBuf>,
    /// Format of results: text or json; history also has mermaid and svg
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        hide_possible_values = true
    )]
    pub(crate) format: Format,
    /// When to colour: auto, always or never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    pub(crate) color: Color,
    /// Server that a script is written for, as `postgres 17` or `mariadb 10.11` [default: from the address]
    #[arg(long, global = true, value_name = "SERVER")]
    pub(crate) server: Option<String>,
    /// Never ask at the terminal
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// All that is known
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create the migrations crate and plimsoll.toml
    #[command(after_help = "\
Examples:
  cargo plimsoll init                    a crate `migrations` in this workspace
  cargo plimsoll init --entity models    whose models are in the crate `models`

A crate that is there is left as it is; the lines to add to it are printed.")]
    Init(Init),
    /// Write a new revision, empty or from the models
    #[command(after_help = "\
Examples:
  revision --autogenerate -m \"add full name\"
  revision --autogenerate -m \"add full name\" --dry-run --sql
  revision --autogenerate -m \"rename\" --rename customer.name=full_name
  revision -m \"fill in the full names\"

With --autogenerate the database has to be at head; the revision is carried out on a scratch
database, up, down and up again, before the file is written. Without a difference nothing is
written and the exit code is 0.")]
    Revision(Box<Revision>),
    /// Apply revisions
    #[command(after_help = "\
Examples:
  upgrade          everything
  upgrade +1       the next one
  upgrade m2026    up to the only revision whose id begins so
  upgrade head-1   all but the last
  upgrade --backup s3://backups/shop      with a backup before it, if anything is pending
  upgrade --tenants 'tenant_*' --jobs 8   each PostgreSQL schema of such a name

If the backup fails, nothing is touched and the exit code is 8.")]
    Upgrade(Upgrade),
    /// Take revisions back
    #[command(after_help = "\
Examples:
  downgrade -1      the last one
  downgrade m2026   down to the only revision whose id begins so; it stays applied
  downgrade base    everything")]
    Downgrade(Downgrade),
    /// Show where the database stands
    #[command(after_help = "\
Examples:
  current
  current --check-heads   exit code 5 unless every revision is applied
  current --format json")]
    Current(Current),
    /// List the revisions, the newest first
    #[command(after_help = "\
Examples:
  history
  history -v              with parents, times and checksums
  history -r base:current only what is between two revisions, both included
  history --applied       what was done to the database, by whom and when
  history --format json   or mermaid, or svg")]
    History(History),
    /// List the revisions that none follows
    #[command(after_help = "\
Examples:
  heads
  heads --resolve-dependencies   without those that another depends on
  heads --format json

Two heads mean two lines of revisions; `merge heads` joins them, `rebase` makes them one line.")]
    Heads(Heads),
    /// List the revisions that several others follow
    Branches,
    /// Join heads with a revision that follows them all
    #[command(after_help = "\
Examples:
  merge heads -m \"merge billing and shipping\"
  merge 2026a 2026b")]
    Merge(Merge),
    /// Let one of two heads come after the other, where the order is proven to make no difference
    #[command(after_help = "\
Examples:
  rebase 2026b                   after the other head, where there are two
  rebase billing@head --onto shipping@head
  rebase 2026b --dry-run         only prove it

Both orders are carried out on scratch databases, and what moves is taken back in both. Where tables differ
then, or a statement fails, nothing is written. Ids stay: what is applied stays applied.")]
    Rebase(Rebase),
    /// Write one revision that stands for several, proven to make what they make
    #[command(after_help = "\
Examples:
  squash base:m20260911 -m \"everything up to the first release\"
  squash m20260912:head -m \"second release\" --dry-run

Both ends are included. The files it stands for are removed; a database on which all of them are applied
takes it as applied. Rows, views, triggers and rights are not compared: what the revisions do to them is listed,
and --leave-out leaves it out.")]
    Squash(Squash),
    /// Write down that revisions are applied, without running them
    #[command(after_help = "\
Examples:
  stamp head            everything counts as applied
  stamp base            nothing does
  stamp billing@head    on that branch; others stay as they are
  stamp --purge head    forget everything first, also what has no file
  stamp --sql head      a script that does it")]
    Stamp(Stamp),
    /// Tell where the database is, what is pending, what is wrong, and who is at work
    Status,
    /// Compare what was applied with what the files do now; exit code 5 when they differ
    Verify,
    /// Tell what is wrong with the history and how to get out of it, or do that
    #[command(after_help = "\
Examples:
  repair                              what is wrong, and the ways out
  repair m2026 --done                 it is as if it had been run to its end
  repair m2026 --undone               it is as if it had not been begun
  repair m2026 --statement-done       the statement it was killed in was carried out
  repair m2026 --statement-undone     it was not
  repair m2026 --accept               the file as it is now is what was applied
  repair m2026 --forget               the database forgets a revision that has no file")]
    Repair(Repair),
    /// Open a revision's file in $VISUAL or $EDITOR
    Edit(Edit),
    /// Create the tables of the history, and nothing else
    EnsureVersion(EnsureVersion),
    /// Show one revision
    #[command(after_help = "\
Examples:
  show head
  show current
  show m20260102")]
    Show(Show),
    /// Back the database up
    #[command(after_help = "\
Examples:
  backup                              where plimsoll.toml says: [backup] to = \"…\"
  backup --to /var/backups/shop
  backup --to s3://backups/shop       with the feature `s3`

Writes a compressed dump and, when that was read again and found whole, a manifest beside it.")]
    Backup(Backup),
    /// Put a backup back, into an empty database
    #[command(after_help = "\
Examples:
  restore /var/backups/shop/shop-20260131T120000.000Z-base.sql.gz
  restore s3://backups/shop/shop-20260131T120000.000Z-base.sql.gz -u postgres://localhost/shop_restored

Nothing is ever dropped: a database that holds anything is refused.")]
    Restore(Restore),
    /// Load a dump into the schema of the revisions, and send files beside it
    #[command(after_help = "\
Examples:
  seed --dump demo.sql.gz
  seed --dump demo.sql.gz --assets demo/images --to s3://shop/images

The dump is read through first: one that is cut off, or for another backend, touches nothing. Then the
database is brought to head and the rows are loaded in one transaction. Run again, it goes on where it was.")]
    Seed(Seed),
    /// Tell whether models and database agree: exit code 0, or 3 when they differ
    #[command(after_help = "\
Examples:
  check
  check --format json
  check --from migrations    no database needed: the revisions are applied to a scratch database

A side is models, migrations (applied to a scratch database), db (the project's), db:URL, catalog.json or
another such file, or sql:FILE (carried out on a scratch database).")]
    Check(Compare),
    /// Show how two sides differ, usually models and database; exit code 0 either way
    #[command(after_help = "\
Examples:
  diff
  diff --sql    with the statements that would make the database agree
  diff --from catalog.json --to db              what was changed in the database by hand
  diff --from sql:before.sql --to sql:after.sql

A side is models, migrations (applied to a scratch database), db (the project's), db:URL, catalog.json or
another such file, or sql:FILE (carried out on a scratch database).")]
    Diff(Compare),

    /// Apply pending revisions, as `sea-orm-cli migrate up`
    #[command(hide = true)]
    Up {
        /// How many
        #[arg(short, long)]
        num: Option<u32>,
    },
    /// Take revisions back, as `sea-orm-cli migrate down`
    #[command(hide = true)]
    Down {
        /// How many
        #[arg(short, long, default_value_t = 1)]
        num: u32,
    },
    /// Drop every table, then apply everything
    #[command(hide = true)]
    Fresh,
    /// Take everything back, then apply it again
    #[command(hide = true)]
    Refresh,
    /// Take everything back
    #[command(hide = true)]
    Reset,
}

impl Command {
    /// Whether its result is a graph.
    pub(crate) const fn draws(&self) -> bool {
        matches!(self, Self::History(_))
    }
}

/// `init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Directory of the migrations crate
    #[arg(default_value = "migrations", value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Crate with the models
    #[arg(long, default_value = "entity", value_name = "CRATE")]
    pub(crate) entity: String,
}

/// `revision`.
#[derive(Debug, Args)]
pub(crate) struct Revision {
    /// What it is for; names the file
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) message: String,
    /// Write what makes the database what the models state
    #[arg(short, long)]
    pub(crate) autogenerate: bool,
    /// Print the SQL too, and how to write it as a script; one without --autogenerate has none yet
    #[arg(long)]
    pub(crate) sql: bool,
    /// Show everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// What the comparison cannot know.
    #[command(flatten)]
    pub(crate) answers: Answering,
    /// Where the plan is proven.
    #[command(flatten)]
    pub(crate) scratch: ScratchServer,
    /// The time in the file's name, as 2026-01-31T12:00:00Z [default: SOURCE_DATE_EPOCH, then now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Also when nothing differs, record what the models state
    #[arg(long, requires = "autogenerate")]
    pub(crate) record: bool,
    /// Revision that it follows, `base` for none; repeatable [default: all heads]
    #[arg(long, value_name = "REVISION")]
    pub(crate) head: Vec<String>,
    /// Where in the graph.
    #[command(flatten)]
    pub(crate) place: Placing,
    /// Go on although an applied file was edited
    #[arg(long)]
    pub(crate) allow_edited: bool,
}

/// `current`.
#[derive(Debug, Args)]
pub(crate) struct Current {
    /// Exit code 5 unless every revision is applied
    #[arg(long)]
    pub(crate) check_heads: bool,
    /// Many schemas instead of one.
    #[command(flatten)]
    pub(crate) tenants: Looking,
}
