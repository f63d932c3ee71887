//! As many entities as there are tables, of one Rust type: a thousand derived ones take minutes to compile, ten thousand do not compile
//! at all on most machines. SeaORM's registry, and all that reads it, sees no difference.

use std::cell::Cell;

use sea_orm::entity::prelude::*;
use sea_orm::strum;
use sea_orm::sea_query::{Alias, IntoTableRef};
use sea_orm::{EntitySchemaInfo, IdenStatic, Schema};

mod tables;

/// A table: its name, the one it points at, the number of its change.
type Table = (&'static str, &'static str, u8);

thread_local! {
    static NOW: Cell<Table> = const { Cell::new(("", "", 0)) };
}

fn name() -> &'static str {
    NOW.get().0
}

fn has_change(number: u8) -> bool {
    NOW.get().2 == number
}

fn entity(schema: &Schema, table: Table) -> EntitySchemaInfo {
    NOW.set(table);
    EntitySchemaInfo::new(Entity, schema)
}

// Without its derive, which would register the type itself.
#[derive(Copy, Clone, Default, Debug)]
pub struct Entity;

impl EntityTrait for Entity {
    type Model = Model;
    type ModelEx = Model;
    type ActiveModel = ActiveModel;
    type ActiveModelEx = ActiveModel;
    type Column = Column;
    type PrimaryKey = PrimaryKey;
    type Relation = Relation;
}

impl Iden for Entity {
    fn unquoted(&self) -> &str {
        name()
    }
}

impl IdenStatic for Entity {
    fn as_str(&self) -> &'static str {
        name()
    }
}

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        name()
    }
}

#[derive(Clone, Debug, PartialEq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub qty: i32,
    pub active: bool,
    pub created_at: Option<DateTime>,
    pub price: Option<Decimal>,
    pub payload: Option<Json>,
    pub ref_id: Option<i64>,
    pub other_id: Option<i64>,
    pub extra: Option<i32>,
}

#[derive(Copy, Clone, Debug, DeriveColumn)]
pub enum Column {
    Id,
    Name,
    Note,
    Qty,
    Active,
    CreatedAt,
    Price,
    Payload,
    RefId,
    OtherId,
    Extra,
}

impl strum::IntoEnumIterator for Column {
    type Iterator = std::vec::IntoIter<Self>;

    fn iter() -> Self::Iterator {
        use Column as C;
        let all = [
            C::Id, C::Name, C::Note, C::Qty, C::Active, C::CreatedAt, C::Price, C::Payload, C::RefId, C::OtherId, C::Extra,
        ];
        let is_there = |column: &Self| match column {
            C::Note => !has_change(2),
            C::OtherId => has_change(7),
            C::Extra => has_change(1),
            _ => true,
        };
        all.into_iter().filter(is_there).collect::<Vec<_>>().into_iter()
    }
}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::Id => ColumnType::BigInteger.def(),
            Self::Name => {
                let length = if has_change(3) { 200 } else { 120 };
                ColumnType::String(StringLen::N(length)).def().unique_key("name")
            }
            Self::Note => ColumnType::Text.def().null(),
            Self::Qty => ColumnType::Integer.def().default(0),
            Self::Active => ColumnType::Boolean.def().default(false),
            Self::CreatedAt => {
                let column = ColumnType::DateTime.def().null();
                if has_change(6) { column } else { column.indexed() }
            }
            Self::Price => {
                let column = ColumnType::Decimal(Some((12, 2))).def();
                let column = if has_change(4) { column } else { column.null() };
                if has_change(5) { column.indexed() } else { column }
            }
            Self::Payload => ColumnType::JsonBinary.def().null(),
            Self::RefId | Self::OtherId => ColumnType::BigInteger.def().null(),
            Self::Extra => ColumnType::Integer.def().null(),
        }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
pub enum PrimaryKey {
    Id,
}

impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = i64;

    fn auto_increment() -> bool {
        true
    }
}

#[derive(Copy, Clone, Debug)]
pub enum Relation {
    Parent,
    Other,
}

impl strum::IntoEnumIterator for Relation {
    type Iterator = std::vec::IntoIter<Self>;

    fn iter() -> Self::Iterator {
        let parent = (!NOW.get().1.is_empty()).then_some(Self::Parent);
        let other = has_change(7).then_some(Self::Other);
        parent.into_iter().chain(other).collect::<Vec<_>>().into_iter()
    }
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        let own = name();
        let (column, target) = match self {
            Self::Parent => (Column::RefId, NOW.get().1),
            Self::Other => (Column::OtherId, if own == "t0000" { "t0001" } else { "t0000" }),
        };
        let mut relation: RelationDef = Entity::belongs_to(Entity).from(column).to(Column::Id).into();
        relation.to_tbl = Alias::new(target).into_table_ref();
        relation
    }
}

impl ActiveModelBehavior for ActiveModel {}
