//! Catalog text as a catalog.

use plimsoll_schema::{
    AutoIncrement, Catalog, Column, EnumType, Generated, Literal, PrimaryKey, SequenceOptions,
    Table, TableName, TypeName, Value,
};

use super::line::{Expected, Line};
use super::{TextError, part, types};

/// Reads a catalog; enum types that columns name are collected.
pub fn read(text: &str) -> Result<Catalog, TextError> {
    let mut catalog = Catalog::default();
    let mut table: Option<Table> = None;
    for (at, full) in text.lines().enumerate() {
        let trimmed = full.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let error = |message| TextError {
            line: at + 1,
            message,
        };
        let mut line = Line::new(full);
        if full.starts_with([' ', '\t']) {
            let table = table
                .as_mut()
                .ok_or_else(|| error("a part stands before any table".into()))?;
            part::read(&mut line, table).map_err(error)?;
        } else if line.eat_words("table") {
            insert(&mut catalog, table.take()).map_err(error)?;
            table = Some(header(&mut line).map_err(error)?);
        } else if line.eat_words("enum") {
            let (schema, name) = line.qualified().map_err(error)?;
            let name = TypeName { schema, name };
            let values = line.values().map_err(error)?;
            let comment = line.eat_words("comment").then(|| line.string());
            let enum_type = EnumType {
                name: name.clone(),
                values,
                comment: comment.transpose().map_err(error)?,
            };
            catalog.enums.insert(name, enum_type);
        } else {
            return Err(error(format!(
                "expected `table` or `enum`, not `{trimmed}`"
            )));
        }
        if !line.is_done() {
            return Err(error(format!("did not understand `{}`", line.rest())));
        }
    }
    insert(&mut catalog, table).map_err(|message| TextError {
        line: text.lines().count(),
        message,
    })?;
    catalog.collect_enums();
    Ok(catalog)
}

fn insert(catalog: &mut Catalog, table: Option<Table>) -> Result<(), Expected> {
    let Some(table) = table else { return Ok(()) };
    if catalog.tables.contains_key(&table.name) {
        return Err(format!("table `{}` stands here twice", table.name));
    }
    catalog.insert(table);
    Ok(())
}

/// What follows `table`.
fn header(line: &mut Line<'_>) -> Result<Table, Expected> {
    let (schema, name) = line.qualified()?;
    let mut table = Table::new(TableName { schema, name });
    while !line.is_done() {
        if line.eat_words("comment") {
            table.comment = Some(line.string()?);
        } else if line.eat_words("was") {
            let (schema, name) = line.qualified()?;
            table.renamed_from = Some(TableName { schema, name });
        } else if line.eat_words("strict") {
            table.options.strict = true;
        } else if line.eat_words("without rowid") {
            table.options.without_rowid = true;
        } else if line.eat_words("unlogged") {
            table.options.unlogged = true;
        } else if line.eat_words("with") {
            table.options.parameters = part::parameters(line)?;
        } else if line.eat_words("engine") {
            table.options.engine = Some(line.name()?);
        } else if line.eat_words("collate") {
            table.options.collation = Some(line.name()?);
        } else if line.eat_words("partition by") {
            table.options.partition_by = Some(line.take_rest().to_owned());
        } else {
            return Err(format!("`{}` is not a table option", line.rest()));
        }
    }
    Ok(table)
}

/// A column line.
pub(super) fn column(line: &mut Line<'_>, table: &mut Table) -> Result<(), Expected> {
    let mut column = Column::new(line.name()?, types::read(line)?).null();
    while !line.is_done() {
        if line.eat_words("not null") {
            column.nullable = false;
        } else if line.eat_words("null") {
            column.nullable = true;
        } else if line.eat_words("pk") {
            column.nullable = false;
            table.primary_key = Some(PrimaryKey {
                name: None,
                columns: vec![column.name.clone()],
                ..PrimaryKey::default()
            });
        } else if line.eat_words("auto") {
            column.auto_increment = Some(AutoIncrement::Auto);
        } else if line.eat_words("serial") {
            column.auto_increment = Some(AutoIncrement::Serial);
        } else if line.eat_words("identity") {
            let always = line.eat_words("always");
            let options = sequence(line)?;
            column.auto_increment = Some(AutoIncrement::Identity { always, options });
        } else if line.eat_words("default") {
            column.default = Some(value(line)?);
        } else if line.eat_words("generated") {
            let expression = line.group()?.to_owned();
            let stored = line.eat_words("stored");
            if !stored && !line.eat_words("virtual") {
                return Err("expected `stored` or `virtual`".into());
            }
            column.generated = Some(Generated { expression, stored });
        } else if line.eat_words("collate") {
            column.collation = Some(line.name()?);
        } else if line.eat_words("on update") {
            column.on_update = Some(line.group()?.to_owned());
        } else if line.eat_words("comment") {
            column.comment = Some(line.string()?);
        } else if line.eat_words("invisible") {
            column.invisible = true;
        } else if line.eat_words("extra") {
            column.extra = Some(line.string()?);
        } else if line.eat_words("was") {
            column.renamed_from = Some(line.name()?);
        } else {
            return Err(format!("`{}` says nothing about a column", line.rest()));
        }
    }
    if table.column(&column.name).is_some() {
        return Err(format!("column `{}` stands here twice", column.name));
    }
    table.columns.push(column);
    Ok(())
}

fn sequence(line: &mut Line<'_>) -> Result<SequenceOptions, Expected> {
    let mut options = SequenceOptions::default();
    if !line.starts_with("(") {
        return Ok(options);
    }
    let mut inside = Line::new(line.group()?);
    while !inside.is_done() {
        if inside.eat_words("cycle") {
            options.cycle = true;
            continue;
        }
        let word = inside.name()?;
        let number = inside.name()?;
        let number = number
            .parse()
            .map_err(|_| format!("expected a number, not `{number}`"))?;
        *match word.as_str() {
            "start" => &mut options.start,
            "increment" => &mut options.increment,
            "min" => &mut options.min,
            "max" => &mut options.max,
            "cache" => &mut options.cache,
            other => return Err(format!("`{other}` is not a sequence option")),
        } = Some(number);
    }
    Ok(options)
}

/// A default.
fn value(line: &mut Line<'_>) -> Result<Value, Expected> {
    if line.starts_with("(") {
        return Ok(Value::Expression(line.group()?.to_owned()));
    }
    if line.starts_with("'") {
        return Ok(Value::Literal(Literal::String(line.string()?)));
    }
    let word = line.name()?;
    Ok(Value::Literal(match word.as_str() {
        "null" => Literal::Null,
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        "now" => Literal::CurrentTimestamp(line.size()?),
        "current_date" => Literal::CurrentDate,
        "current_time" => Literal::CurrentTime,
        "bytes" => Literal::Bytes(line.string()?),
        number if number.parse::<f64>().is_ok() => Literal::Number(word),
        other => return Err(format!("`{other}` is not a default")),
    }))
}
