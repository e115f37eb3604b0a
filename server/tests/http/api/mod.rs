mod authentication;
mod health;
mod inventory;
mod key;
mod leads;
mod order;
mod unknown;
