//! Models and live databases as catalogs; compare, plan and prove.

pub mod compare;
pub mod inspect;
pub mod models;
pub mod normalise;
pub mod plan;
pub mod prove;
pub mod rows;
pub mod scratch;
pub mod script;
pub mod views;
