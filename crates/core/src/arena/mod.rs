//! One slab that serves a planned run, request by request.
//!
//! ```text
//! begin ─▶ alloc(size) ─▶ Some(block)          the block planned for this request
//!               │
//!               └───────▶ None                 any deviation: the caller asks its own allocator
//! free(block)                                  any thread, any time, from the pointer alone
//! ```
//!
//! Blocks that have been handed out and not yet freed never share a byte. That holds for any
//! sequence of calls, for any order of frees on any threads, and for any plan, even one whose
//! buffers collide: it rests on the check that is made at each hand-out (`ledger`), not on the
//! plan. A plan only decides how often the check succeeds.
//!
//! | file | what |
//! | --- | --- |
//! | `owner` | [`Arena`]: the expected requests, the cursor, when to fall back |
//! | `ledger` | may this slot be handed out? |
//! | `layout` | what a hand-out needs of a plan, found once |
//! | `successors` | who takes over whose bytes |
//! | `words` | which slots are live, shared with the threads that free |
//! | `starts` | from an address to the slots that start there |
//! | `shared` | from a pointer to its arena; [`free`]; the end of an arena with live blocks |
//! | `slab`, `region` | memory from the system |
//! | `pool` | arenas for many plans over few slabs |
//! | `forked` | locks that a forked process does not wait for |
//! | `poison` | free slots under AddressSanitizer |
//! | `sync` | the only file that names atomics |

mod forked;
mod layout;
mod ledger;
mod owner;
#[cfg(poison)]
mod poison;
mod pool;
mod region;
mod scope;
mod shared;
mod slab;
mod starts;
mod stats;
mod successors;
mod sync;
mod words;

#[cfg(all(test, loom))]
mod interleavings;
#[cfg(test)]
mod tests;

pub use forked::{Cold, Lock};
pub use owner::Arena;
pub use pool::{Lease, Pool, PoolStats, Prepared};
pub use scope::Scope;
pub use shared::{Freed, free, sweep};
pub use slab::Slab;
pub use stats::Stats;
