//! What the product promises across all its routes.

mod accounts;
mod forged;
mod revoked;
