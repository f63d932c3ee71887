//! The pure simulation: a catalog after a change.

use super::{ApplyError, Change, Part, TableChange};
use crate::backend::sqlite;
use crate::{
    Catalog, ColumnType, Fill, Index, KeyTarget, Literal, Pair, Table, TableName, TypeName, Value,
    expression,
};

impl Catalog {
    /// Carries the change out.
    ///
    /// # Errors
    /// When an object it needs is missing, or one it creates is there.
    pub fn apply(&mut self, change: &Change) -> Result<(), ApplyError> {
        match change {
            Change::CreateTable(table) => {
                if self.tables.contains_key(&table.name) {
                    return Err(exists("table", &table.name));
                }
                self.insert(table.clone());
            }
            Change::DropTable(table) => {
                self.tables
                    .remove(&table.name)
                    .ok_or_else(|| missing("table", &table.name))?;
            }
            Change::RenameTable(pair) => self.rename_table(pair)?,
            Change::AlterTable { table, changes } => {
                for change in changes {
                    self.apply_to_table(table, change)?;
                }
                if let Some(table) = self.tables.get_mut(table) {
                    table.sort();
                }
            }
            Change::CreateEnum(enum_type) => {
                if self
                    .enums
                    .insert(enum_type.name.clone(), enum_type.clone())
                    .is_some()
                {
                    return Err(exists("enum type", &enum_type.name));
                }
            }
            Change::DropEnum(enum_type) => {
                self.enums
                    .remove(&enum_type.name)
                    .ok_or_else(|| missing("enum type", &enum_type.name))?;
            }
            Change::AlterEnum(pair) => {
                let enum_type = self
                    .enums
                    .get_mut(&pair.from.name)
                    .ok_or_else(|| missing("enum type", &pair.from.name))?;
                enum_type.values.clone_from(&pair.to.values);
                enum_type.comment.clone_from(&pair.to.comment);
                self.retype(&pair.from.name, &pair.to.name, &pair.to.values);
            }
            Change::RenameEnum(pair) => {
                let mut enum_type = self
                    .enums
                    .remove(&pair.from)
                    .ok_or_else(|| missing("enum type", &pair.from))?;
                enum_type.name = pair.to.clone();
                let values = enum_type.values.clone();
                self.enums.insert(pair.to.clone(), enum_type);
                self.retype(&pair.from, &pair.to, &values);
            }
            Change::RenameEnumValue { name, value } => {
                let enum_type = self
                    .enums
                    .get_mut(name)
                    .ok_or_else(|| missing("enum type", name))?;
                let found = enum_type
                    .values
                    .iter_mut()
                    .find(|known| **known == value.from)
                    .ok_or_else(|| missing("enum value", &value.from))?;
                found.clone_from(&value.to);
                let values = enum_type.values.clone();
                self.retype(name, name, &values);
                // A default is a value of the type, and has its new name too.
                let columns = self
                    .tables
                    .values_mut()
                    .flat_map(|table| &mut table.columns);
                for column in columns.filter(|column| column.ty.enum_name() == Some(name)) {
                    if let Some(Value::Literal(Literal::String(text))) = &mut column.default
                        && *text == value.from
                    {
                        text.clone_from(&value.to);
                    }
                }
            }
        }
        Ok(())
    }

    /// Columns of an enum type carry its name and values: they follow.
    fn retype(&mut self, from: &TypeName, to: &TypeName, new_values: &[String]) {
        for column in self
            .tables
            .values_mut()
            .flat_map(|table| &mut table.columns)
        {
            let mut ty = &mut column.ty;
            while let ColumnType::Array(element) = ty {
                ty = element;
            }
            if let ColumnType::Enum { name, values } = ty
                && name == from
            {
                *name = to.clone();
                *values = new_values.to_vec();
            }
        }
    }

    fn rename_table(&mut self, pair: &Pair<TableName>) -> Result<(), ApplyError> {
        if self.tables.contains_key(&pair.to) {
            return Err(exists("table", &pair.to));
        }
        let mut table = self
            .tables
            .remove(&pair.from)
            .ok_or_else(|| missing("table", &pair.from))?;
        table.name = pair.to.clone();
        self.tables.insert(pair.to.clone(), table);
        for table in self.tables.values_mut() {
            for key in &mut table.foreign_keys {
                if key.ref_table == pair.from {
                    key.ref_table = pair.to.clone();
                }
            }
            table.sort();
        }
        Ok(())
    }

    fn apply_to_table(&mut self, name: &TableName, change: &TableChange) -> Result<(), ApplyError> {
        let table = self
            .tables
            .get_mut(name)
            .ok_or_else(|| missing("table", name))?;
        table.apply(change)?;
        if let TableChange::RenameColumn(pair) = change {
            for other in self.tables.values_mut() {
                for key in other
                    .foreign_keys
                    .iter_mut()
                    .filter(|key| key.ref_table == *name)
                {
                    rename_in(&mut key.ref_columns, pair);
                }
                other.sort();
            }
        }
        Ok(())
    }
}

impl Table {
    /// Carries a change of this table out; the parts may be left unsorted.
    ///
    /// # Errors
    /// When a part it needs is missing, or one it creates is there.
    pub fn apply(&mut self, change: &TableChange) -> Result<(), ApplyError> {
        let within = |part: &str| format!("{}.{part}", self.name);
        match change {
            TableChange::AddColumn(column) => {
                if self.column(&column.name).is_some() {
                    return Err(exists("column", &within(&column.name)));
                }
                self.columns.push(column.clone());
            }
            TableChange::DropColumn(column) => {
                let at = self
                    .columns
                    .iter()
                    .position(|known| known.name == column.name)
                    .ok_or_else(|| missing("column", &within(&column.name)))?;
                self.columns.remove(at);
            }
            TableChange::RenameColumn(pair) => {
                if self.column(&pair.to).is_some() {
                    return Err(exists("column", &within(&pair.to)));
                }
                let gone = missing("column", &within(&pair.from));
                self.column_mut(&pair.from)
                    .ok_or(gone)?
                    .name
                    .clone_from(&pair.to);
                self.follow_rename(pair);
            }
            TableChange::AlterColumn(pair) => {
                let gone = missing("column", &within(&pair.from.name));
                *self.column_mut(&pair.from.name).ok_or(gone)? = pair.to.clone();
            }
            TableChange::AddPrimaryKey(key) => self.primary_key = Some(key.clone()),
            TableChange::DropPrimaryKey(_) => self.primary_key = None,
            TableChange::AddUnique(unique) => self.uniques.push(unique.clone()),
            TableChange::DropUnique(unique) => {
                remove(&mut self.uniques, unique, "unique constraint", &self.name)?;
            }
            TableChange::AddIndex(index) => self.indexes.push(index.clone()),
            TableChange::DropIndex(index) => {
                let gone = missing("index", &within(&index.name));
                let at = self
                    .indexes
                    .iter()
                    .position(|known| known.name == index.name)
                    .ok_or(gone)?;
                self.indexes.remove(at);
            }
            TableChange::RenameIndex(pair) => {
                let gone = missing("index", &within(&pair.from));
                self.indexes
                    .iter_mut()
                    .find(|index| index.name == pair.from)
                    .ok_or(gone)?
                    .name
                    .clone_from(&pair.to);
            }
            TableChange::AddForeignKey(key) => self.foreign_keys.push(key.clone()),
            TableChange::DropForeignKey(key) => {
                remove(&mut self.foreign_keys, key, "foreign key", &self.name)?;
            }
            TableChange::AddCheck(check) => self.checks.push(check.clone()),
            TableChange::DropCheck(check) => remove(&mut self.checks, check, "check", &self.name)?,
            TableChange::AddExclusion(exclusion) => self.exclusions.push(exclusion.clone()),
            TableChange::DropExclusion(exclusion) => remove(
                &mut self.exclusions,
                exclusion,
                "exclusion constraint",
                &self.name,
            )?,
            TableChange::RenameConstraint(pair) => self.rename_constraint(pair)?,
            TableChange::SetComment(pair) => self.comment.clone_from(&pair.to),
            TableChange::CommentOn { part, comment } => {
                let name = match part {
                    Part::Index(name) | Part::Constraint(name) => within(name),
                };
                let gone = missing("index or constraint", &name);
                self.comment_of(part).ok_or(gone)?.clone_from(&comment.to);
            }
            TableChange::SetOptions(pair) => self.options = pair.to.clone(),
            TableChange::Fill(Fill { column, .. })
            | TableChange::Unfill(Fill { column, .. })
            | TableChange::RenameValue { column, .. } => {
                if self.column(column).is_none() {
                    return Err(missing("column", &within(column)));
                }
            }
        }
        Ok(())
    }

    /// What names the column follows: keys, constraints, expressions, triggers.
    fn follow_rename(&mut self, pair: &Pair<String>) {
        let in_text = |text: &mut String| *text = expression::renamed(text, &pair.from, &pair.to);
        if let Some(key) = &mut self.primary_key {
            rename_in(&mut key.columns, pair);
            rename_in(&mut key.include, pair);
            if let Some(clause) = key.clauses.remove(&pair.from) {
                key.clauses.insert(pair.to.clone(), clause);
            }
        }
        for unique in &mut self.uniques {
            rename_in(&mut unique.columns, pair);
            rename_in(&mut unique.include, pair);
        }
        for Index {
            keys,
            include,
            predicate,
            ..
        } in &mut self.indexes
        {
            rename_in(include, pair);
            predicate.iter_mut().for_each(in_text);
            for key in keys {
                match &mut key.target {
                    KeyTarget::Column(column) => rename_in(std::slice::from_mut(column), pair),
                    KeyTarget::Expression(text) => in_text(text),
                }
            }
        }
        for key in &mut self.foreign_keys {
            rename_in(&mut key.columns, pair);
            rename_in(&mut key.delete_columns, pair);
        }
        for check in &mut self.checks {
            in_text(&mut check.expression);
        }
        for exclusion in &mut self.exclusions {
            in_text(&mut exclusion.definition);
        }
        for column in &mut self.columns {
            if let Some(generated) = &mut column.generated {
                in_text(&mut generated.expression);
            }
            if let Some(Value::Expression(text)) = &mut column.default {
                in_text(text);
            }
        }
        for trigger in &mut self.triggers {
            if let Some(sql) = sqlite::trigger::renamed_column(&trigger.sql, pair) {
                trigger.sql = sql;
            }
        }
        self.options.clauses = sqlite::renamed_clauses(&self.options.clauses, pair);
    }

    /// Where the comment of a part is kept.
    fn comment_of(&mut self, part: &Part) -> Option<&mut Option<String>> {
        match part {
            Part::Index(name) => {
                let found = self.indexes.iter_mut().find(|index| index.name == *name);
                found.map(|index| &mut index.comment)
            }
            Part::Constraint(name) => {
                let mut parts = (self.primary_key.iter_mut())
                    .map(|key| (key.name.as_ref(), &mut key.comment))
                    .chain(
                        (self.uniques.iter_mut())
                            .map(|part| (part.name.as_ref(), &mut part.comment)),
                    )
                    .chain(
                        (self.foreign_keys.iter_mut())
                            .map(|part| (part.name.as_ref(), &mut part.comment)),
                    )
                    .chain(
                        (self.checks.iter_mut())
                            .map(|part| (part.name.as_ref(), &mut part.comment)),
                    )
                    .chain(
                        (self.exclusions.iter_mut())
                            .map(|part| (Some(&part.name), &mut part.comment)),
                    );
                parts
                    .find(|(known, _)| *known == Some(name))
                    .map(|(_, comment)| comment)
            }
        }
    }

    fn rename_constraint(&mut self, pair: &Pair<String>) -> Result<(), ApplyError> {
        let names = self
            .uniques
            .iter_mut()
            .map(|unique| &mut unique.name)
            .chain(self.foreign_keys.iter_mut().map(|key| &mut key.name))
            .chain(self.checks.iter_mut().map(|check| &mut check.name))
            .chain(self.primary_key.iter_mut().map(|key| &mut key.name))
            .flatten()
            .chain(self.exclusions.iter_mut().map(|part| &mut part.name));
        for name in names {
            if *name == pair.from {
                name.clone_from(&pair.to);
                return Ok(());
            }
        }
        Err(missing(
            "constraint",
            &format!("{}.{}", self.name, pair.from),
        ))
    }
}

fn rename_in(columns: &mut [String], pair: &Pair<String>) {
    for column in columns.iter_mut().filter(|column| **column == pair.from) {
        column.clone_from(&pair.to);
    }
}

fn remove<T: PartialEq>(
    parts: &mut Vec<T>,
    part: &T,
    kind: &'static str,
    table: &TableName,
) -> Result<(), ApplyError> {
    let at = parts
        .iter()
        .position(|known| known == part)
        .ok_or_else(|| missing(kind, table))?;
    parts.remove(at);
    Ok(())
}

fn missing(kind: &'static str, name: &impl ToString) -> ApplyError {
    ApplyError::Missing {
        kind,
        name: name.to_string(),
    }
}

fn exists(kind: &'static str, name: &impl ToString) -> ApplyError {
    ApplyError::Exists {
        kind,
        name: name.to_string(),
    }
}
