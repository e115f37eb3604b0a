mod authentication;
mod health;
mod inventory;
mod key;
mod order;
mod unknown;
