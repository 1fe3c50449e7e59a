//! A run that ends by itself.

use std::ptr::NonNull;

use super::Arena;

/// One run of an arena, from its begin to its drop. Its blocks may outlive it.
#[derive(Debug)]
pub struct Scope<'a>(&'a mut Arena);

impl<'a> Scope<'a> {
    pub(super) fn new(arena: &'a mut Arena) -> Scope<'a> {
        arena.begin();
        Scope(arena)
    }

    /// As [`Arena::alloc`].
    #[inline]
    pub fn alloc(&mut self, size: usize) -> Option<NonNull<u8>> {
        self.0.alloc(size)
    }
}

impl Drop for Scope<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}
