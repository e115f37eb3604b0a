//! What the product promises across all its routes.

mod accounts;
mod broken;
mod forged;
mod revoked;
