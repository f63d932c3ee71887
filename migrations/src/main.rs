//! The command line of the example's migrations.

// Links the models, so that they are found.
use entity as _;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    plimsoll::cli::run(migrations::Migrator).await
}
