//! The models of a bakery chain.

#![expect(
    missing_docs,
    reason = "the names of tables and fields say what they are"
)]

pub mod address;
pub mod category;
pub mod product;
pub mod shop;
pub mod staff;
pub mod supplier;
pub mod supplier_product;
