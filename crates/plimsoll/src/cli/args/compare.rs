//! The words of the commands that compare, and the answers to what a comparison cannot know.

use std::path::PathBuf;

use clap::Args;

/// `check` and `diff`.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// What there is: models, migrations, db, db:URL, catalog.json or sql:FILE
    #[arg(long, value_name = "SIDE", default_value = "db")]
    pub(crate) from: String,
    /// What there should be, in the same words
    #[arg(long, value_name = "SIDE", default_value = "models")]
    pub(crate) to: String,
    /// Print the SQL too
    #[arg(long)]
    pub(crate) sql: bool,
    /// What the comparison cannot know.
    #[command(flatten)]
    pub(crate) answers: Answering,
    /// Where migrations, models and scripts are carried out.
    #[command(flatten)]
    pub(crate) scratch: ScratchServer,
}

/// Answers to what a comparison cannot know.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Answering {
    /// A table, column, enum or enum value was renamed; repeatable
    #[arg(long, value_name = "NAME=NEW")]
    pub(crate) rename: Vec<String>,
    /// A table or column is really to be dropped; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) drop: Vec<String>,
    /// Rows that hold no value which a column's change admits get one: an SQL expression; repeatable
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    pub(crate) fill: Vec<String>,
    /// How the values of a column become those of its new type: an SQL expression; repeatable
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    pub(crate) using: Vec<String>,
    /// How `down` makes the old values of them again [default: the server's own conversion]; repeatable
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    pub(crate) using_back: Vec<String>,
    /// Rows that break what is new stay as they are, and the revision fails on them; repeatable
    #[arg(long, value_name = "TABLE.PART")]
    pub(crate) leave: Vec<String>,
    /// File with such answers
    #[arg(long, value_name = "FILE")]
    pub(crate) hints: Option<PathBuf>,
}

impl Answering {
    /// Whether nothing is answered.
    pub(crate) fn is_empty(&self) -> bool {
        let lists = [
            &self.rename,
            &self.drop,
            &self.fill,
            &self.using,
            &self.using_back,
            &self.leave,
        ];
        lists.iter().all(|list| list.is_empty()) && self.hints.is_none()
    }
}

/// Where scratch databases are made.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ScratchServer {
    /// Server on which scratch databases are made [default: the database's own]
    #[arg(
        long,
        env = "PLIMSOLL_SCRATCH_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) scratch_url: Option<String>,
}
