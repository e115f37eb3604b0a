mod authentication;
mod health;
mod inventory;
mod key;
mod limits;
mod once;
mod order;
mod unknown;
