//! From an arena to a served run.

use memo_malloc::arena::Arena;

use crate::mode::serving;
use crate::runtime::install;

/// Runs `run` once with the requests of this thread served from the arena's slab, each where the
/// plan put it. A request that differs from the plan, or whose bytes are still in use, goes to
/// LibTorch's own allocator; the arena counts it.
///
/// Blocks may be kept and freed at any time on any thread, also after the arena is gone.
pub fn serve<T>(arena: &mut Arena, run: impl FnOnce() -> T) -> T {
    install();
    arena.begin();
    let ended = End(arena);
    serving(&mut *ended.0, run)
}

/// Ends the arena's scope, also when the run panics.
struct End<'a>(&'a mut Arena);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}
