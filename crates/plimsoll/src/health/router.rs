//! `/health` and `/ready`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::Probe;

/// What `/health` answers.
#[derive(Serialize)]
struct Alive {
    status: &'static str,
}

/// Two routes to be merged into an application's: `/health` answers 200, or 503 when the database is away; `/ready` answers 200, or 503
/// when it is away or behind, with what is pending. Bodies are JSON without secrets.
pub fn router<S>(probe: Probe) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .with_state(probe)
}

async fn health(State(probe): State<Probe>) -> impl IntoResponse {
    if probe.is_reachable().await {
        (StatusCode::OK, Json(Alive { status: "ok" }))
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(Alive { status: "away" }),
        )
    }
}

async fn ready(State(probe): State<Probe>) -> impl IntoResponse {
    let health = probe.ask().await;
    let code = if health.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(health))
}
