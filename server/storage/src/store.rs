//! The store, which implements the ports on either engine.

use crate::engine::{Engine, Pool, PoolName, Transaction};
use crate::error::ErrorContext as _;
use crate::feed_limiter::FeedLimiter;
use crate::lock_scope::LockScope;
use domain::AccountId;
use service::store::{Quotas, StoreError};
use std::sync::{Arc, RwLock};

/// All ports on one database. Clones share the same connections.
#[derive(Debug, Clone)]
pub struct SqlStore {
    pub(crate) engine: Arc<dyn Engine>,
    /// Limits how many feeds are at the writer concurrently.
    pub(crate) feed_limiter: FeedLimiter,
    pub(crate) quotas: Arc<RwLock<Quotas>>,
}

/// Each method takes a description of the work for errors, such as "finding a lead".
impl SqlStore {
    pub(crate) fn new(engine: Arc<dyn Engine>, max_concurrent_feeds: usize) -> Self {
        Self {
            engine,
            feed_limiter: FeedLimiter::new(max_concurrent_feeds),
            quotas: Arc::default(),
        }
    }

    /// Closes every connection once it is idle. Later calls find the database unavailable.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    fn pool(&self, name: PoolName, context: &'static str) -> Pool<'_> {
        Pool {
            engine: &*self.engine,
            name,
            context,
        }
    }

    pub(crate) fn writer(&self, context: &'static str) -> Pool<'_> {
        self.pool(PoolName::Writer, context)
    }

    pub(crate) fn readers(&self, context: &'static str) -> Pool<'_> {
        self.pool(PoolName::Readers, context)
    }

    pub(crate) fn listings(&self, context: &'static str) -> Pool<'_> {
        self.pool(PoolName::Listings, context)
    }

    pub(crate) fn authentication(&self, context: &'static str) -> Pool<'_> {
        self.pool(PoolName::Authentication, context)
    }

    pub(crate) fn non_durable(&self, context: &'static str) -> Pool<'_> {
        self.pool(PoolName::NonDurable, context)
    }

    pub(crate) fn coordination(&self, context: &'static str) -> Pool<'_> {
        self.pool(PoolName::Coordination, context)
    }

    /// Begins a durable change of one account, once no other change of it is in progress. A
    /// transaction that is dropped without a commit changes nothing.
    pub(crate) async fn begin_change(
        &self,
        account: &AccountId,
        context: &'static str,
    ) -> Result<Transaction, StoreError> {
        self.begin(LockScope::Account(account), context).await
    }

    /// Begins a durable change of an account's items, once no other change of them is in progress.
    /// It takes the account's lock at its end ([`Transaction::lock_account`]).
    pub(crate) async fn begin_feed(
        &self,
        account: &AccountId,
        context: &'static str,
    ) -> Result<Transaction, StoreError> {
        self.begin(LockScope::Feed(account), context).await
    }

    /// Begins a durable change of data that belongs to no account.
    pub(crate) async fn begin_global_change(
        &self,
        context: &'static str,
    ) -> Result<Transaction, StoreError> {
        self.begin(LockScope::Installation, context).await
    }

    async fn begin(
        &self,
        scope: LockScope<'_>,
        context: &'static str,
    ) -> Result<Transaction, StoreError> {
        let transaction = self.engine.begin(scope).await;
        Ok(Transaction::new(transaction.context(context)?, context))
    }

    /// See [`Engine::begin_non_durable`].
    pub(crate) async fn begin_non_durable(
        &self,
        context: &'static str,
    ) -> Result<Transaction, StoreError> {
        let transaction = self.engine.begin_non_durable().await;
        Ok(Transaction::new(transaction.context(context)?, context))
    }

    /// See [`Engine::begin_numbered`].
    pub(crate) async fn begin_numbered(
        &self,
        context: &'static str,
    ) -> Result<Transaction, StoreError> {
        let transaction = self.engine.begin_numbered().await;
        Ok(Transaction::new(transaction.context(context)?, context))
    }

    /// See [`Engine::begin_durable_coordination`].
    pub(crate) async fn begin_durable_coordination(
        &self,
        context: &'static str,
    ) -> Result<Transaction, StoreError> {
        let transaction = self.engine.begin_durable_coordination().await;
        Ok(Transaction::new(transaction.context(context)?, context))
    }
}
