mod authentication;
mod health;
mod inventory;
mod key;
mod limits;
mod order;
mod unknown;
