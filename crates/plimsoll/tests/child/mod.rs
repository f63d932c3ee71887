//! The command line as a process of its own, with a database of its own and, where wanted, a real S3 server beside it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use plimsoll::prelude::*;
use plimsoll_migrate::connect::Access;
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::Scratch;
use tokio::process::Command;

use super::shell::AS_COMMAND;

/// What nobody may see: the database's password, and the store's secret key.
pub(crate) const PASSWORD: &str = "correct-horse'\"\\#-battery";
pub(crate) const SECRET: &str = "SECRETstapleSECRETstapleSECRETstapleSECR";
const KEY: &str = "AKIAPLIMSOLL";

/// A shop with two revisions.
pub(crate) struct Shop;

#[async_trait::async_trait]
impl MigratorTrait for Shop {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Customer), Box::new(Orders)]
    }
}

pub(crate) struct Customer;

impl MigrationName for Customer {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_customer"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Customer {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = ColumnDef::new("id")
            .integer()
            .not_null()
            .primary_key()
            .take();
        let name = ColumnDef::new("name").string_len(80).not_null().take();
        let photo = ColumnDef::new("photo").blob().null().take();
        let table = Table::create()
            .table("customer")
            .col(id)
            .col(name)
            .col(photo)
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("customer").take())
            .await
    }
}

pub(crate) struct Orders;

impl MigrationName for Orders {
    fn name(&self) -> &'static str {
        "m20260102_000000_create_orders"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Orders {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = ColumnDef::new("id")
            .integer()
            .not_null()
            .primary_key()
            .take();
        let customer = ColumnDef::new("customer_id").integer().not_null().take();
        let mut key = ForeignKey::create()
            .name("fk_orders_customer")
            .from("orders", "customer_id")
            .to("customer", "id")
            .take();
        let table = Table::create()
            .table("orders")
            .col(id)
            .col(customer)
            .foreign_key(&mut key)
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("orders").take())
            .await
    }
}

/// A folder, databases, and a role with a password that owns them.
pub(crate) struct Bench {
    pub(crate) backend: Backend,
    folder: tempfile::TempDir,
    databases: Vec<Scratch>,
    role: String,
    environment: Vec<(String, String)>,
}

/// What a process said, and its exit code.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) text: String,
    pub(crate) code: Option<i32>,
}

impl Bench {
    pub(crate) async fn new(backend: Backend, databases: usize) -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut own = Self {
            backend,
            folder: tempfile::tempdir().unwrap(),
            databases: Vec::new(),
            role: format!("plimsoll_backup_{}_{count}", std::process::id()),
            environment: Vec::new(),
        };
        for at in 0..databases {
            let scratch = Scratch::create(backend).await.unwrap();
            let name = url::Url::parse(&scratch.url)
                .unwrap()
                .path()
                .trim_start_matches('/')
                .to_owned();
            let (role, password) = (
                &own.role,
                PASSWORD.replace('\\', "\\\\").replace('\'', "''"),
            );
            let make = match backend {
                Backend::Sqlite => String::new(),
                Backend::Postgres => format!("CREATE ROLE {role} LOGIN PASSWORD E'{password}'"),
                Backend::Mysql => format!("CREATE USER '{role}' IDENTIFIED BY '{password}'"),
            };
            let grant = match backend {
                Backend::Sqlite => String::new(),
                Backend::Postgres => format!("ALTER DATABASE \"{name}\" OWNER TO {role}"),
                Backend::Mysql => format!("GRANT ALL ON `{name}`.* TO '{role}'"),
            };
            for sql in [if at == 0 { make } else { String::new() }, grant] {
                if !sql.is_empty() {
                    scratch.run(&sql).await.unwrap();
                }
            }
            own.databases.push(scratch);
        }
        own
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[allow(dead_code, reason = "not every test program grants")]
    pub(crate) fn role(&self) -> &str {
        &self.role
    }

    pub(crate) fn database(&self, at: usize) -> &Scratch {
        &self.databases[at]
    }

    /// Its address, for the role.
    pub(crate) fn url(&self, at: usize) -> String {
        let scratch = &self.databases[at];
        if self.backend == Backend::Sqlite {
            return scratch.url.clone();
        }
        let mut url = url::Url::parse(&scratch.url).unwrap();
        url.set_username(&self.role).unwrap();
        url.set_password(Some(PASSWORD)).unwrap();
        url.to_string()
    }

    #[allow(dead_code, reason = "not every test program replaces files")]
    /// Looks with a new session: where a SQLite file was put in the place of another, an old one still sees that.
    pub(crate) async fn reopen(&mut self, at: usize) {
        let db = open(&self.databases[at].url).await;
        let old = std::mem::replace(&mut self.databases[at].db, db);
        old.close().await.unwrap();
    }

    /// Runs statements as the role.
    pub(crate) async fn own(&self, at: usize, statements: &[&str]) {
        use sea_orm::ConnectionTrait as _;
        let db = open(&self.url(at)).await;
        for sql in statements {
            db.execute_unprepared(sql).await.unwrap();
        }
        db.close().await.unwrap();
    }

    /// What a database holds, without its own name.
    pub(crate) async fn holds(&self, at: usize) -> Vec<String> {
        let scratch = self.database(at);
        let name = scratch.url.rsplit('/').next().unwrap();
        let holding = plimsoll_testkit::oracle::read_all(scratch).await.unwrap();
        let lines = holding.compared.into_iter().chain(holding.beside);
        lines.map(|line| line.replace(name, "DATABASE")).collect()
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.retain(|(own, _)| own != name);
        self.environment.push((name.to_owned(), value.into()));
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.environment.retain(|(own, _)| own != name);
    }

    /// The process, to be started: `before` are words such as a shell's, in front of it.
    pub(crate) fn command(&self, at: usize, before: &[&str], line: &str) -> Command {
        let own = std::env::current_exe().unwrap();
        let mut command = match before {
            [] => Command::new(&own),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(&own);
                command
            }
        };
        let folder = self.folder.path().display().to_string();
        command
            .args(
                line.split_whitespace()
                    .map(|word| word.replace("DIR", &folder)),
            )
            .current_dir(self.folder.path())
            .env(AS_COMMAND, "1")
            .env("DATABASE_URL", self.url(at))
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command
    }

    /// Runs a command line against a database.
    pub(crate) async fn run(&self, at: usize, line: &str) -> Told {
        self.run_in(at, &[], line).await
    }

    pub(crate) async fn run_in(&self, at: usize, before: &[&str], line: &str) -> Told {
        let output = self.command(at, before, line).output().await.unwrap();
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let text = text.replace(&self.folder.path().display().to_string(), "DIR");
        no_secret(&text);
        Told {
            text,
            code: output.status.code(),
        }
    }

    /// Runs a command line that has to end so, and to say these words.
    pub(crate) async fn expect(&self, at: usize, line: &str, code: i32, words: &[&str]) -> String {
        let told = self.run(at, line).await;
        told.is(self.backend, line, code, words)
    }

    /// The files of a folder, with those below it.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let mut out = Vec::new();
        collect(&self.path(folder), &self.path(folder), &mut out);
        out.sort();
        out
    }

    pub(crate) async fn close(self) {
        let admin = Scratch::create(self.backend).await.unwrap();
        for scratch in self.databases {
            scratch.close().await.unwrap();
        }
        let sql = match self.backend {
            Backend::Sqlite => String::new(),
            Backend::Postgres => format!("DROP ROLE {}", self.role),
            Backend::Mysql => format!("DROP USER '{}'", self.role),
        };
        if !sql.is_empty() {
            admin.run(&sql).await.unwrap();
        }
        admin.close().await.unwrap();
    }
}

/// A session whose pool has no task that looks after it: sqlx's would count for ever when it meets a pool that closes.
async fn open(url: &str) -> sea_orm::DatabaseConnection {
    let url = plimsoll_migrate::url::DbUrl::parse(url).unwrap();
    let connection = plimsoll_migrate::connect::connect(&url, Access::Write, None).await;
    connection.unwrap().db
}

impl Told {
    pub(crate) fn is(self, backend: Backend, line: &str, code: i32, words: &[&str]) -> String {
        assert_eq!(self.code, Some(code), "{backend}: {line}\n{}", self.text);
        for word in words {
            assert!(
                self.text.contains(word),
                "{backend}: {line}: no `{word}` in\n{}",
                self.text
            );
        }
        if code != 0 {
            let errors = self.text.matches("error: failed to ").count();
            assert_eq!(errors, 1, "{backend}: {line}\n{}", self.text);
            assert!(
                self.text.contains("help: "),
                "{backend}: {line}\n{}",
                self.text
            );
        }
        self.text
    }
}

/// No captured word is a secret, in none of its spellings.
pub(crate) fn no_secret(text: &str) {
    let encoded = url::form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect::<String>();
    for secret in [PASSWORD, "correct-horse", encoded.as_str(), SECRET] {
        assert!(!text.contains(secret), "a secret in\n{text}");
    }
}

fn collect(top: &Path, folder: &Path, out: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, out);
        } else {
            out.push(path.strip_prefix(top).unwrap().display().to_string());
        }
    }
}

/// A real S3 server over a folder, with the bucket `store`.
pub(crate) struct S3 {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) port: u16,
}

impl S3 {
    pub(crate) async fn start() -> Self {
        use hyper_util::rt::{TokioExecutor, TokioIo};
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("store")).unwrap();
        let files = s3s_fs::FileSystem::new(folder.path()).unwrap();
        let mut builder = s3s::service::S3ServiceBuilder::new(files);
        builder.set_auth(s3s::auth::SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let serving = server
                    .serve_connection(TokioIo::new(socket), service.clone())
                    .into_owned();
                tokio::spawn(async move {
                    // A client that went away is what some of the tests are about.
                    let _ = serving.await;
                });
            }
        });
        Self { folder, port }
    }

    /// Lets a bench in.
    pub(crate) fn open_to(&self, bench: &mut Bench) {
        bench.set("AWS_ACCESS_KEY_ID", KEY);
        bench.set("AWS_SECRET_ACCESS_KEY", SECRET);
        bench.set("AWS_REGION", "us-east-1");
        bench.set(
            "AWS_ENDPOINT_URL",
            format!("http://127.0.0.1:{}", self.port),
        );
        bench.set("AWS_ALLOW_HTTP", "true");
    }
}

/// A program of that name in a folder of its own, first on the path.
pub(crate) fn program(bench: &mut Bench, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = bench.path("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let old = std::env::var("PATH").unwrap_or_default();
    bench.set("PATH", format!("{}:{old}", folder.display()));
}
