//! The refusals of each operation, which follow from the types of its handler's arguments. So no
//! handler has to list them, and none can be forgotten.

use crate::AppState;
use axum::extract::State;
use axum::handler::Handler;
use axum::http::HeaderMap;
use domain::Timestamp;
use service::key::Malformed;
use service::refusal::{KeyRefusal, Refusal};
use web::http::Segment;

/// Argument of a handler, or a part of one.
pub trait Refuses {
    /// Adds a sample of each refusal of a request that this is read from, and of what the handler
    /// does with it. By default, there is none.
    fn refusals(_: &mut Vec<Refusal>) {}
}

impl Refuses for () {}
impl Refuses for HeaderMap {}
impl Refuses for Segment {}
impl Refuses for State<AppState> {}

/// Implements the trait for the arguments of a handler, before which axum names how the last of
/// them is extracted.
macro_rules! arguments {
    ($($argument:ident)*) => {
        impl<Via, $($argument: Refuses),*> Refuses for (Via, $($argument),*) {
            fn refusals(samples: &mut Vec<Refusal>) {
                $($argument::refusals(samples);)*
            }
        }
    };
}

arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);

/// Returns a sample of each refusal of a handler, in the order of their codes.
pub fn of<H, T>(_: H) -> Vec<Refusal>
where
    H: Handler<T, AppState>,
    T: Refuses,
{
    let mut samples = Vec::new();
    T::refusals(&mut samples);
    // The order is stable: of two samples with a code, that of the earlier argument is taken.
    samples.sort_by_key(Refusal::code);
    samples.dedup_by_key(|refusal| refusal.code());
    samples
}

/// Returns the refusals that any API key can get.
pub fn of_keys() -> [Refusal; 8] {
    [
        Refusal::AmbiguousCredentials,
        Refusal::MissingKey,
        KeyRefusal::Malformed(Malformed::Checksum).into(),
        KeyRefusal::Unknown.into(),
        KeyRefusal::Revoked.into(),
        KeyRefusal::Expired {
            at: Timestamp::from_millis(1_769_846_400_000),
        }
        .into(),
        KeyRefusal::Paused.into(),
        KeyRefusal::IpNotAllowed {
            ip: [203, 0, 113, 7].into(),
        }
        .into(),
    ]
}

pub const LIMITED: Refusal = Refusal::KeyLimited {
    retry_after_seconds: 1,
};

pub const LARGE_REMOVAL: Refusal = Refusal::RemovalNotAllowed {
    removed: 240,
    stored: 300,
};

/// Returns the refusal of a body that is not JSON.
pub fn malformed_body() -> Refusal {
    let why = "The body is not JSON: EOF while parsing a value at line 1 column 0.";
    Refusal::MalformedBody(why.into())
}
