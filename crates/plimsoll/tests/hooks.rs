//! A migrator with hooks, given to the command line and to a service's start.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use plimsoll::hooks::{Ended, Hooked, Hooks, Revision};
use plimsoll::prelude::*;
use plimsoll::startup::{Policy, auto_migrate};
use shell::Shell;

struct Shop;

#[async_trait::async_trait]
impl MigratorTrait for Shop {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Customer)]
    }
}

struct Customer;

impl MigrationName for Customer {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_customer"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Customer {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = ColumnDef::new("id").integer().primary_key().take();
        manager
            .create_table(Table::create().table("customer").col(id).take())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("customer").take())
            .await
    }
}

/// Refuses every revision as long as it is closed, and counts the runs.
struct Gate;

static IS_CLOSED: AtomicBool = AtomicBool::new(true);
static RUNS: AtomicUsize = AtomicUsize::new(0);

#[async_trait::async_trait]
impl Hooks for Gate {
    async fn before_revision(&self, _: &SchemaManager, revision: &Revision) -> Result<(), DbErr> {
        if IS_CLOSED.load(Ordering::SeqCst) {
            return Err(DbErr::Custom(format!("no {} today", revision.name)));
        }
        Ok(())
    }

    async fn after_run(&self, _: &SchemaManager, _: &Ended) -> Result<(), DbErr> {
        RUNS.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn a_migrator_with_hooks() {
    let shell = Shell::new();
    let shop = Hooked::new(Shop, Gate);
    let refused = shell.session(&shop, &["upgrade", "current"]).await;
    insta::assert_snapshot!(refused, @r"
    $ upgrade
    ! error: failed to apply `m20260101_000000_create_customer`: the hook before it failed: no create customer today
    ! help: its transaction was rolled back, nothing of it remains
    [1]
    $ current
    base: no revision is applied
    ! 1 revision is pending; `upgrade` applies it
    [0]
    ");
    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
    let script = shell.run(&shop, "upgrade --sql").await;
    let told =
        "! warning: the hooks before and after revisions and runs are not part of the script\n[0]";
    assert!(script.ends_with(told), "{script}");
    IS_CLOSED.store(false, Ordering::SeqCst);
    let ran = shell.session(&shop, &["upgrade", "downgrade base"]).await;
    assert!(!ran.contains("error"), "{ran}");
    assert_eq!(RUNS.load(Ordering::SeqCst), 3);

    let db = sea_orm::Database::connect("sqlite::memory:").await.unwrap();
    auto_migrate(&db, shop, Policy::Upgrade).await.unwrap();
    assert_eq!(RUNS.load(Ordering::SeqCst), 4);
}
