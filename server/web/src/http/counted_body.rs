//! Request body that reserves memory while it is read.

use super::RequestContext;
use crate::memory::{COPIES, FREE_BYTES, Memory, NoRoom, Sender};
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

/// Body that fails with [`NoRoom`] if there is too little memory for it.
///
/// The share of memory belongs to the request, which holds it until it has been answered: what is
/// parsed from the body lives longer than the body.
pub struct CountedBody {
    body: Body,
    memory: Memory,
    context: Arc<RequestContext>,
    /// Bytes that have arrived.
    length: u64,
    /// Bytes for which memory is reserved.
    reserved: u64,
}

impl CountedBody {
    /// Wraps a body, unless it is known to be small.
    pub fn wrap(body: Body, memory: &Memory, context: &Arc<RequestContext>) -> Body {
        if body
            .size_hint()
            .upper()
            .is_some_and(|most| most <= FREE_BYTES)
        {
            return body;
        }
        Body::new(Self {
            body,
            memory: memory.clone(),
            context: Arc::clone(context),
            length: 0,
            reserved: FREE_BYTES,
        })
    }

    /// Ensures that memory is reserved for this number of bytes.
    fn reserve(&mut self, bytes: u64) -> Result<(), NoRoom> {
        if bytes > self.reserved {
            let bytes_held = bytes.saturating_mul(COPIES);
            self.context.take_memory(&self.memory, bytes_held)?;
            self.reserved = bytes;
        }
        Ok(())
    }
}

impl RequestContext {
    /// Extends the share of this request's body to `bytes`, until the request has been answered.
    ///
    /// # Errors
    /// [`NoRoom`]
    fn take_memory(&self, memory: &Memory, bytes: u64) -> Result<(), NoRoom> {
        let mut share = self.share.lock().unwrap_or_else(PoisonError::into_inner);
        let share = share.get_or_insert_with(|| memory.share(self.sender()));
        share.grow_to(bytes)
    }

    /// Returns the sender of the body, which is known before the body is read.
    fn sender(&self) -> Sender {
        if let Some((caller, _)) = self.accepted_call() {
            return Sender {
                account: caller.account_id().to_string(),
                name: caller.key_id().to_string(),
            };
        }
        match self.member.get() {
            Some(member) => Sender {
                account: member.account_id.to_string(),
                name: member.id.to_string(),
            },
            None => Sender {
                account: self.address.to_string(),
                name: String::new(),
            },
        }
    }
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        // If the length of a body is known, all of it is reserved before any of it is read.
        let expected = this.length + this.body.size_hint().lower();
        if let Err(error) = this.reserve(expected) {
            return Poll::Ready(Some(Err(error.into())));
        }
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(task) else {
            return Poll::Pending;
        };
        Poll::Ready(frame.map(|frame| {
            let frame = frame?;
            this.length += frame.data_ref().map_or(0, Bytes::len) as u64;
            if this.length > this.reserved {
                // A growing buffer doubles its size.
                this.reserve(this.length.next_power_of_two())?;
            }
            Ok(frame)
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
