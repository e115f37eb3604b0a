//! The product's promises across all routes.

mod access_loss;
mod account_isolation;
mod allocations;
mod authority;
mod bodies;
mod crm;
mod feed_scheduling;
mod forged_requests;
mod internal_errors;
mod key_cache;
mod listings;
mod notices;
mod parameter_lengths;
mod pepper_change;
mod quotas;
mod rate_limits;
mod required_factor;
mod revocation_under_load;
mod revoked;
mod storage;
