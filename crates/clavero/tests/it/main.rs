//! The whole program from outside: started as an operator starts it, used through HTTP and mail only.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod api;
#[path = "../../../../verification/attacks/mod.rs"]
mod attacks;
mod audit;
mod authority;
mod backups;
mod case_pages;
mod casework;
mod catastro;
mod database_certificates;
mod demo;
mod desk;
mod employers;
mod employers_known;
mod journey;
mod key_changes;
mod keys;
mod mail;
mod moving;
mod nodes;
mod officers;
mod openapi;
mod operations;
mod pages;
mod passkeys;
mod refusals;
mod registers;
mod retention;
mod secrets;
mod server;
mod sessions;
mod settings;
mod tax;
mod tidy;
mod tls;

#[path = "../../../../verification/faults/mod.rs"]
mod faults;
