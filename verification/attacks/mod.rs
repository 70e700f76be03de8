//! What was tried against the started program from outside, by the numbers of the table of threats (`verification/threats.csv`).
//! Compiled into the tests of `crates/clavero`, whose service, mailbox and browsers they use.

mod figures;
mod routes;
mod t01_at_once;
pub(crate) mod t01_guessing;
mod t02_at_once;
mod t02_redemption;
mod t03_crossed;
mod t03_every_pair;
mod t04_host;
mod t05_desk_leaks;
mod t05_leaks;
mod t06_decoys;
mod t06_side_doors;
mod t06_time;
mod t07_full_budget;
mod t07_lockout;
mod t08_limits;
mod t08_networks;
mod t08_work;
mod t09_flood;
mod t10_browser;
mod t10_other_sites;
mod t10_steps;
mod t11_corpus;
mod t11_injection;
mod t12_look_alikes;
mod t13_alone;
mod t13_colluding;
mod t13_roles;
mod t15_dump;
mod t15_planted;
mod t19_hostile_bytes;
mod t19_wire;
mod wire;
