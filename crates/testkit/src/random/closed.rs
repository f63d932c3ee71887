//! A stated catalog as a database would say it.

use plimsoll_schema::{Action, Catalog, Server};

/// As a database says it: a check has a name, NO ACTION goes without saying, and what was renamed before says so no more.
pub fn closed(server: &Server, mut catalog: Catalog) -> Catalog {
    let is_one = server.capabilities().restrict_is_no_action;
    for table in catalog.tables.values_mut() {
        for (at, check) in table.checks.iter_mut().enumerate() {
            let name = || format!("{}_check{at}", table.name.name);
            check.name = Some(check.name.clone().unwrap_or_else(name));
        }
        for key in &mut table.foreign_keys {
            let said = |action: &Action| match action {
                Action::NoAction => false,
                Action::Restrict => !is_one,
                Action::Cascade | Action::SetNull | Action::SetDefault => true,
            };
            key.on_delete = key.on_delete.filter(said);
            key.on_update = key.on_update.filter(said);
        }
        table.renamed_from = None;
        for column in &mut table.columns {
            column.renamed_from = None;
        }
        table.sort();
    }
    catalog
}
