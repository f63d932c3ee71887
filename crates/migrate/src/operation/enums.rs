//! Enum types: types of their own on PostgreSQL; nothing to do where an enum lives in its column.

use plimsoll_schema::{Change, EnumType, Pair, TypeName};

use super::{IntoName, optional, strings, type_name};

/// Makes an enum type.
#[derive(Debug, Clone)]
pub struct CreateEnum(EnumType);

impl CreateEnum {
    /// A type of that name, without values.
    pub fn new(name: impl IntoName) -> Self {
        Self(empty(name))
    }

    /// Its values, in their order.
    #[must_use]
    pub fn values(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.values = strings(values);
        self
    }

    /// PostgreSQL: its comment.
    #[must_use]
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.0.comment = Some(text.into());
        self
    }
}

impl From<CreateEnum> for Change {
    fn from(operation: CreateEnum) -> Self {
        Self::CreateEnum(operation.0)
    }
}

/// Drops an enum type.
#[derive(Debug, Clone)]
pub struct DropEnum(EnumType);

impl DropEnum {
    /// The type of that name.
    pub fn new(name: impl IntoName) -> Self {
        Self(empty(name))
    }
}

impl From<DropEnum> for Change {
    fn from(operation: DropEnum) -> Self {
        Self::DropEnum(operation.0)
    }
}

/// Changes the values of an enum type. Added values are added; if one goes or moves, the type is made anew and the columns that use it
/// are converted.
#[derive(Debug, Clone)]
pub struct AlterEnum(Pair<EnumType>);

impl AlterEnum {
    /// The type of that name.
    pub fn new(name: impl IntoName) -> Self {
        let empty = empty(name);
        Self(Pair::new(empty.clone(), empty))
    }

    /// The values it has.
    #[must_use]
    pub fn from(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.from.values = strings(values);
        self
    }

    /// The values it gets.
    #[must_use]
    pub fn to(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.to.values = strings(values);
        self
    }

    /// PostgreSQL: the comment it has, and the comment it gets; `None` is none.
    #[must_use]
    pub fn comment<'a, 'b>(
        mut self,
        from: impl Into<Option<&'a str>>,
        to: impl Into<Option<&'b str>>,
    ) -> Self {
        (self.0.from.comment, self.0.to.comment) = (optional(from), optional(to));
        self
    }
}

impl From<AlterEnum> for Change {
    fn from(operation: AlterEnum) -> Self {
        Self::AlterEnum(operation.0)
    }
}

/// Renames an enum type.
#[derive(Debug, Clone)]
pub struct RenameEnum(Pair<TypeName>);

impl RenameEnum {
    /// The name it has, and the name it gets.
    pub fn new(from: impl IntoName, to: impl IntoName) -> Self {
        Self(Pair::new(type_name(from), type_name(to)))
    }
}

impl From<RenameEnum> for Change {
    fn from(operation: RenameEnum) -> Self {
        Self::RenameEnum(operation.0)
    }
}

/// Renames one value of an enum type.
#[derive(Debug, Clone)]
pub struct RenameEnumValue {
    name: TypeName,
    value: Pair<String>,
}

impl RenameEnumValue {
    /// The type, the value it has, and the value it gets.
    pub fn new(name: impl IntoName, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            name: type_name(name),
            value: Pair::new(from.into(), to.into()),
        }
    }
}

impl From<RenameEnumValue> for Change {
    fn from(operation: RenameEnumValue) -> Self {
        Self::RenameEnumValue {
            name: operation.name,
            value: operation.value,
        }
    }
}

fn empty(name: impl IntoName) -> EnumType {
    EnumType {
        name: type_name(name),
        values: Vec::new(),
        ..EnumType::default()
    }
}
