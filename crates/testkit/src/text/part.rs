//! The indented lines of a table.

use std::collections::BTreeMap;

use plimsoll_schema::{
    Action, Check, Deferrable, Exclusion, ForeignKey, Index, IndexKey, KeyTarget, Nulls, Order,
    PrimaryKey, Table, TableName, Trigger, Unique,
};

use super::line::{Expected, Line};
use super::read::column;

/// Reads one line into the table.
pub(super) fn read(line: &mut Line<'_>, table: &mut Table) -> Result<(), Expected> {
    if line.eat_words("unique index") {
        let mut index = index(line)?;
        index.unique = true;
        table.indexes.push(index);
    } else if line.eat_words("index") {
        table.indexes.push(index(line)?);
    } else if line.eat_words("unique") {
        table.uniques.push(unique(line)?);
    } else if line.eat_words("pk") {
        let name = optional_name(line)?;
        let columns = line.names()?;
        for column in &columns {
            if let Some(column) = table.column_mut(column) {
                column.nullable = false;
            }
        }
        let clauses = line.eat_words("with").then(|| parameters(line));
        table.primary_key = Some(PrimaryKey {
            name,
            columns,
            clauses: clauses.transpose()?.unwrap_or_default(),
            include: include(line)?,
            deferrable: deferrable(line),
            comment: comment(line)?,
        });
    } else if line.eat_words("fk") {
        table.foreign_keys.push(foreign_key(line)?);
    } else if line.eat_words("check") {
        table.checks.push(check(line)?);
    } else if line.eat_words("exclude") {
        let name = line.name()?;
        let comment = comment(line)?;
        let definition = after_colon(line)?;
        table.exclusions.push(Exclusion {
            name,
            definition,
            comment,
        });
    } else if line.eat_words("trigger") {
        let name = line.name()?;
        let sql = after_colon(line)?;
        table.triggers.push(Trigger { name, sql });
    } else {
        column(line, table)?;
    }
    Ok(())
}

fn optional_name(line: &mut Line<'_>) -> Result<Option<String>, Expected> {
    if line.starts_with("(") {
        return Ok(None);
    }
    line.name().map(Some)
}

fn after_colon(line: &mut Line<'_>) -> Result<String, Expected> {
    if !line.eat(":") {
        return Err(format!("expected a colon at `{}`", line.rest()));
    }
    Ok(line.take_rest().to_owned())
}

fn unique(line: &mut Line<'_>) -> Result<Unique, Expected> {
    Ok(Unique {
        name: optional_name(line)?,
        columns: line.names()?,
        include: include(line)?,
        nulls_not_distinct: line.eat_words("nulls not distinct"),
        deferrable: deferrable(line),
        comment: comment(line)?,
    })
}

fn check(line: &mut Line<'_>) -> Result<Check, Expected> {
    let mut check = Check::default();
    let says_nothing = |line: &Line<'_>| {
        let words = [":", "no inherit", "not enforced", "not valid", "comment "];
        words.iter().any(|words| line.starts_with(words))
    };
    if !says_nothing(line) {
        check.name = Some(line.name()?);
    }
    check.no_inherit = line.eat_words("no inherit");
    check.not_enforced = line.eat_words("not enforced");
    check.not_valid = line.eat_words("not valid");
    check.comment = comment(line)?;
    check.expression = after_colon(line)?;
    Ok(check)
}

fn include(line: &mut Line<'_>) -> Result<Vec<String>, Expected> {
    if line.eat_words("include") {
        line.names()
    } else {
        Ok(Vec::new())
    }
}

fn comment(line: &mut Line<'_>) -> Result<Option<String>, Expected> {
    line.eat_words("comment").then(|| line.string()).transpose()
}

/// `with (fillfactor '70')`, after its first word.
pub(super) fn parameters(line: &mut Line<'_>) -> Result<BTreeMap<String, String>, Expected> {
    let mut inside = Line::new(line.group()?);
    let mut out = BTreeMap::new();
    while !inside.is_done() {
        out.insert(inside.name()?, inside.string()?);
        inside.comma()?;
    }
    Ok(out)
}

fn deferrable(line: &mut Line<'_>) -> Option<Deferrable> {
    if line.eat_words("deferred") {
        Some(Deferrable::Deferred)
    } else if line.eat_words("deferrable") {
        Some(Deferrable::Immediate)
    } else {
        None
    }
}

fn index(line: &mut Line<'_>) -> Result<Index, Expected> {
    let mut index = Index::on(line.name()?, &[] as &[&str]);
    let mut keys = Line::new(line.group()?);
    while !keys.is_done() {
        index.keys.push(key(&mut keys)?);
        keys.comma()?;
    }
    while !line.is_done() {
        if line.eat_words("using") {
            index.method = Some(line.name()?);
        } else if line.eat_words("include") {
            index.include = line.names()?;
        } else if line.eat_words("nulls not distinct") {
            index.nulls_not_distinct = true;
        } else if line.eat_words("invisible") {
            index.invisible = true;
        } else if line.eat_words("comment") {
            index.comment = Some(line.string()?);
        } else if line.eat_words("with") {
            index.parameters = parameters(line)?;
        } else if line.eat_words("where") {
            index.predicate = Some(line.take_rest().to_owned());
        } else {
            return Err(format!("`{}` says nothing about an index", line.rest()));
        }
    }
    Ok(index)
}

fn key(line: &mut Line<'_>) -> Result<IndexKey, Expected> {
    let mut key = if line.starts_with("(") {
        IndexKey::expression(line.group()?)
    } else {
        let mut key = IndexKey::column(line.name()?);
        key.prefix = line.size()?;
        key
    };
    loop {
        if line.eat_words("collate") {
            key.collation = Some(line.name()?);
        } else if line.eat_words("opclass") {
            key.opclass = Some(line.name()?);
        } else if line.eat_words("desc") {
            key.order = Order::Desc;
        } else if line.eat_words("nulls first") {
            key.nulls = Some(Nulls::First);
        } else if line.eat_words("nulls last") {
            key.nulls = Some(Nulls::Last);
        } else {
            return match &key.target {
                KeyTarget::Expression(text) if text.is_empty() => Err("an empty key".into()),
                KeyTarget::Expression(_) | KeyTarget::Column(_) => Ok(key),
            };
        }
    }
}

fn foreign_key(line: &mut Line<'_>) -> Result<ForeignKey, Expected> {
    let name = optional_name(line)?;
    let columns = line.names()?;
    if !line.eat("->") {
        return Err(format!("expected -> at `{}`", line.rest()));
    }
    let (schema, ref_name) = line.qualified()?;
    let mut key = ForeignKey {
        name,
        columns,
        ref_table: TableName {
            schema,
            name: ref_name,
        },
        ref_columns: line.names()?,
        on_delete: None,
        on_update: None,
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    };
    while !line.is_done() {
        if line.eat_words("on delete") {
            key.on_delete = Some(action(line)?);
            if line.eat_words("of") {
                key.delete_columns = line.names()?;
            }
        } else if line.eat_words("on update") {
            key.on_update = Some(action(line)?);
        } else if line.eat_words("match full") {
            key.match_full = true;
        } else if line.eat_words("not valid") {
            key.not_valid = true;
        } else if line.starts_with("comment ") {
            key.comment = comment(line)?;
        } else if let Some(when) = deferrable(line) {
            key.deferrable = Some(when);
        } else {
            return Err(format!(
                "`{}` says nothing about a foreign key",
                line.rest()
            ));
        }
    }
    Ok(key)
}

fn action(line: &mut Line<'_>) -> Result<Action, Expected> {
    for action in [
        Action::NoAction,
        Action::Restrict,
        Action::Cascade,
        Action::SetNull,
        Action::SetDefault,
    ] {
        if line.eat_words(&action.sql().to_lowercase()) {
            return Ok(action);
        }
    }
    Err(format!("expected an action at `{}`", line.rest()))
}
