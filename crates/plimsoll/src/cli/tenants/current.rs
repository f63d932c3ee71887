//! `current --tenants`: nothing here writes.

use std::collections::BTreeSet;

use plimsoll_migrate::tenants::{Place, Tenant};
use plimsoll_report::{document, style};

use super::outcome::tenants;
use super::{find, unreadable};
use crate::cli::args::Current;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Shows where every schema stands whose name fits.
pub(crate) async fn current(
    context: &mut Context<'_, '_>,
    args: &Current,
    glob: &str,
) -> Result<Exit, CliError> {
    let found = find(context, "look at", glob).await?;
    let mut lines = String::new();
    let mut shown = Vec::new();
    for tenant in &found {
        let current = current_of(context, tenant.place.as_deref());
        lines.push_str(&line(tenant, &current));
        shown.push(document(tenant, current));
    }
    context.output.text(&lines);
    let is_behind = |tenant: &&Tenant| {
        !tenant
            .place
            .as_ref()
            .is_some_and(|place| place.is_at_head())
    };
    let behind = found.iter().filter(is_behind).count();
    if behind > 0 {
        let count = tenants(found.len());
        let verb = if behind == 1 { "is" } else { "are" };
        context.output.note(&format!(
            "{behind} of {count} {verb} not at head; `upgrade --tenants '{glob}'` applies what is pending"
        ));
    }
    context.output.document(&document::TenantsCurrent {
        format: document::FORMAT,
        database: context.url.to_string(),
        heads: owned(&context.project.graph().heads()),
        at_head: behind == 0,
        tenants: shown,
    });
    Ok(if args.check_heads && behind > 0 {
        Exit::Standing
    } else {
        Exit::Ok
    })
}

/// The applied revisions that no other applied one follows.
fn current_of(context: &Context<'_, '_>, place: Option<&Place>) -> Vec<String> {
    let applied: BTreeSet<&str> = place
        .iter()
        .flat_map(|place| place.applied.iter().map(String::as_str))
        .collect();
    owned(&context.project.graph().heads_of(&applied))
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn line(tenant: &Tenant, current: &[String]) -> String {
    let (name, mark, bad) = (style::REVISION, style::MARK, style::ERROR);
    let schema = &tenant.schema;
    let Some(place) = &tenant.place else {
        let message = unreadable().message;
        return format!("{schema}: {bad}failed{bad:#} to {message}\n");
    };
    let mut marks = Vec::new();
    if place.is_at_head() {
        marks.push("head".to_owned());
    }
    match place.pending.len() {
        0 => {}
        count => marks.push(format!("{count} pending")),
    }
    match place.unknown.len() {
        0 => {}
        count => marks.push(format!("{count} without a file here")),
    }
    let at = if current.is_empty() {
        "base".to_owned()
    } else {
        format!("{name}{}{name:#}", current.join(", "))
    };
    format!("{schema}: {at} {mark}({}){mark:#}\n", marks.join(", "))
}

fn document(tenant: &Tenant, current: Vec<String>) -> document::TenantCurrent {
    let place = tenant.place.as_deref();
    document::TenantCurrent {
        schema: tenant.schema.clone(),
        current,
        at_head: place.is_some_and(Place::is_at_head),
        pending: place.map(|place| place.pending.clone()).unwrap_or_default(),
        unknown: place.map(|place| place.unknown.clone()).unwrap_or_default(),
        error: place
            .is_none()
            .then(|| format!("failed to {}", unreadable().message)),
    }
}
