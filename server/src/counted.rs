//! A body that takes its share of memory while it is read.

use crate::memory::{COPIES, FREE, Memory, NoRoom, Sender};
use crate::request::Noted;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

/// Fails with [`NoRoom`] if there is too little memory for the body. The share belongs to the request, which holds it
/// until it was answered: what is read from the body lives longer than the body.
pub struct Counted {
    body: Body,
    memory: Memory,
    noted: Arc<Noted>,
    address: IpAddr,
    /// Bytes that came.
    length: u64,
    /// Bytes that have their share.
    paid: u64,
}

impl Counted {
    /// A body that is known to be small is left as it is.
    pub fn wrap(body: Body, memory: &Memory, noted: &Arc<Noted>, address: IpAddr) -> Body {
        if body.size_hint().upper().is_some_and(|most| most <= FREE) {
            return body;
        }
        Body::new(Self {
            body,
            memory: memory.clone(),
            noted: Arc::clone(noted),
            address,
            length: 0,
            paid: FREE,
        })
    }

    /// Sees to it that so many bytes have their share.
    fn pay(&mut self, bytes: u64) -> Result<(), NoRoom> {
        if bytes > self.paid {
            let bytes_held = bytes.saturating_mul(COPIES);
            self.noted
                .take_memory(&self.memory, self.address, bytes_held)?;
            self.paid = bytes;
        }
        Ok(())
    }
}

impl Noted {
    /// Takes so much memory in all for the body of this request, until it was answered.
    ///
    /// # Errors
    /// [`NoRoom`]
    fn take_memory(&self, memory: &Memory, address: IpAddr, bytes: u64) -> Result<(), NoRoom> {
        let mut share = self.share.lock().unwrap_or_else(PoisonError::into_inner);
        let share = share.get_or_insert_with(|| memory.share(self.sender(address)));
        share.grow_to(bytes)
    }

    /// Who sends the body. It is not read before that is known.
    fn sender(&self, address: IpAddr) -> Sender {
        if let Some((caller, _)) = self.let_in() {
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
                account: address.to_string(),
                name: String::new(),
            },
        }
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        // Before anything of it is read, all of a body whose length is known.
        let known = this.length + this.body.size_hint().lower();
        if let Err(error) = this.pay(known) {
            return Poll::Ready(Some(Err(error.into())));
        }
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) else {
            return Poll::Pending;
        };
        Poll::Ready(frame.map(|frame| {
            let frame = frame?;
            this.length += frame.data_ref().map_or(0, Bytes::len) as u64;
            if this.length > this.paid {
                // A buffer that grows doubles.
                this.pay(this.length.next_power_of_two())?;
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
