//! The models of a bakery chain.

#![expect(
    missing_docs,
    reason = "the names of tables and fields say what they are"
)]

pub mod address;
pub mod audit_log;
pub mod category;
pub mod customer;
pub mod loyalty_card;
pub mod order;
pub mod order_line;
pub mod payment;
pub mod price_history;
pub mod product;
pub mod shift;
pub mod shop;
pub mod staff;
pub mod stock;
pub mod supplier;
pub mod supplier_product;
