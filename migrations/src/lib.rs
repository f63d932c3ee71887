//! The revisions of the example's database, all of them written by Plimsoll.

#![allow(
    unreachable_pub,
    reason = "a revision's `pub struct Migration` is what SeaORM's own are"
)]

use plimsoll::prelude::*;

mod m20260901_090000_create_the_catalogue;
mod m20260902_090000_create_shops_and_their_staff;
mod m20260903_090000_take_orders;
mod m20260904_090000_keep_stock_levels;
mod m20260905_090000_call_customers_by_their_full_name;
mod m20260906_090000_refund_orders;
mod m20260907_090000_make_room_for_dearer_bread_and_longer_notes;
mod m20260908_090000_reward_loyalty;
mod m20260909_090000_plan_shifts_and_keep_an_audit_log;
mod m20260910_090000_stop_sending_faxes_and_newsletters;
mod m20260911_090000_call_the_price_list_what_it_is;

/// The list of them.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260901_090000_create_the_catalogue::Migration),
            Box::new(m20260902_090000_create_shops_and_their_staff::Migration),
            Box::new(m20260903_090000_take_orders::Migration),
            Box::new(m20260904_090000_keep_stock_levels::Migration),
            Box::new(m20260905_090000_call_customers_by_their_full_name::Migration),
            Box::new(m20260906_090000_refund_orders::Migration),
            Box::new(m20260907_090000_make_room_for_dearer_bread_and_longer_notes::Migration),
            Box::new(m20260908_090000_reward_loyalty::Migration),
            Box::new(m20260909_090000_plan_shifts_and_keep_an_audit_log::Migration),
            Box::new(m20260910_090000_stop_sending_faxes_and_newsletters::Migration),
            Box::new(m20260911_090000_call_the_price_list_what_it_is::Migration),
        ]
    }
}
