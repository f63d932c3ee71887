//! Names of objects that live in a schema.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! qualified_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name {
            /// The schema (a database on MySQL); `None` is the connection's default one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub schema: Option<String>,
            /// The name inside its schema, as stored, without quotes.
            pub name: String,
        }

        impl $name {
            /// A name in the default schema.
            pub fn new(name: impl Into<String>) -> Self {
                Self { schema: None, name: name.into() }
            }

            /// A name in the given schema; `None` is the default one.
            pub fn qualified(schema: Option<impl Into<String>>, name: impl Into<String>) -> Self {
                Self { schema: schema.map(Into::into), name: name.into() }
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self::new(name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match &self.schema {
                    Some(schema) => write!(f, "{schema}.{}", self.name),
                    None => f.write_str(&self.name),
                }
            }
        }
    };
}

qualified_name!(
    /// A table's name.
    TableName
);
qualified_name!(
    /// A type's name (PostgreSQL: `CREATE TYPE`).
    TypeName
);
