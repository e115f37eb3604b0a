//! The product's promises across all routes.

mod access;
mod accounts;
mod allocations;
mod authority;
mod bodies;
mod broken;
mod busy;
mod crm;
mod forged;
mod lengths;
mod limited;
mod listings;
mod memory;
mod notices;
mod peppers;
mod quotas;
mod revoked;
mod storage;
mod turns;
