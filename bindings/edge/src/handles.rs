//! Ids for what the library keeps.
//!
//! An id is a place in a table (low 16 bits) and the place's generation (high 16 bits, never 0). A
//! closed place goes to its next generation, so an old id never names a new thing; a place whose
//! generations are used up is retired. Every operation is O(1) under one lock. A process that was
//! forked while another thread was in an operation has lost the table: it refuses every id.

use std::sync::{Arc, MutexGuard};

use memo_malloc::Code;
use memo_malloc::arena::Cold;

use crate::Failure;

/// Kept things by id.
#[derive(Debug)]
pub struct Handles<T>(Cold<Table<T>>);

#[derive(Debug)]
struct Table<T> {
    places: Vec<Place<T>>,
    free: Vec<u16>,
}

#[derive(Debug)]
struct Place<T> {
    generation: u16,
    kept: Option<Arc<T>>,
}

impl<T> Handles<T> {
    /// An empty table.
    #[expect(clippy::new_without_default, reason = "made in statics only")]
    pub const fn new() -> Handles<T> {
        Handles(Cold::new(Table { places: Vec::new(), free: Vec::new() }))
    }

    /// Keeps a thing; its id.
    ///
    /// # Errors
    /// `BAD_ARGUMENT` when 65,536 are open; `STALE_HANDLE` when a fork has lost the table.
    pub fn open(&self, thing: T) -> Result<u32, Failure> {
        let mut table = self.lock()?;
        let position = match table.free.pop() {
            Some(position) => position,
            None => table.grow()?,
        };
        let place = &mut table.places[usize::from(position)];
        place.kept = Some(Arc::new(thing));
        Ok(u32::from(place.generation) << 16 | u32::from(position))
    }

    /// The thing of this id, also while others close it.
    ///
    /// # Errors
    /// `STALE_HANDLE` when it is not open.
    pub fn get(&self, id: u32) -> Result<Arc<T>, Failure> {
        let mut table = self.lock()?;
        table.place(id)?.kept.clone().ok_or_else(|| stale(id))
    }

    /// Keeps another thing under the same id.
    ///
    /// # Errors
    /// `STALE_HANDLE` when it is not open.
    pub fn replace(&self, id: u32, thing: T) -> Result<(), Failure> {
        let thing = Arc::new(thing);
        let mut table = self.lock()?;
        let kept = table.place(id)?.kept.as_mut().ok_or_else(|| stale(id))?;
        let before = std::mem::replace(kept, thing);
        // Dropped without the lock: that may take its time, and may come back here.
        drop(table);
        drop(before);
        Ok(())
    }

    /// Lets the thing of this id go.
    ///
    /// # Errors
    /// `STALE_HANDLE` when it is not open.
    pub fn close(&self, id: u32) -> Result<(), Failure> {
        let mut table = self.lock()?;
        let place = table.place(id)?;
        let kept = place.kept.take().ok_or_else(|| stale(id))?;
        if let Some(next) = place.generation.checked_add(1) {
            place.generation = next;
            table.free.push(position(id));
        }
        // As above.
        drop(table);
        drop(kept);
        Ok(())
    }

    /// No operation leaves the table half-changed, so a panic elsewhere does not matter.
    fn lock(&self) -> Result<MutexGuard<'_, Table<T>>, Failure> {
        self.0.lock().ok_or_else(lost)
    }
}

impl<T> Table<T> {
    fn grow(&mut self) -> Result<u16, Failure> {
        let position = u16::try_from(self.places.len())
            .map_err(|_| Failure::bad_argument("65536 handles are open; close some first"))?;
        self.places.push(Place { generation: 1, kept: None });
        Ok(position)
    }

    fn place(&mut self, id: u32) -> Result<&mut Place<T>, Failure> {
        let generation = id >> 16;
        self.places
            .get_mut(usize::from(position(id)))
            .filter(|place| u32::from(place.generation) == generation)
            .ok_or_else(|| stale(id))
    }
}

/// The low half of an id.
fn position(id: u32) -> u16 {
    let [low, high, ..] = id.to_le_bytes();
    u16::from_le_bytes([low, high])
}

fn stale(id: u32) -> Failure {
    Failure::new(Code::StaleHandle, format!("handle {id:#x} is closed or was never open"))
}

fn lost() -> Failure {
    let text = "the process was forked while another thread opened or closed a handle";
    Failure::new(Code::StaleHandle, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forked::forked;

    /// Closes another id when it goes.
    struct Closing(Option<u32>);

    static CLOSING: Handles<Closing> = Handles::new();

    impl Drop for Closing {
        fn drop(&mut self) {
            if let Some(id) = self.0 {
                CLOSING.close(id).unwrap();
            }
        }
    }

    #[test]
    fn what_goes_may_be_at_the_table_itself() {
        let open = |closes| CLOSING.open(Closing(closes)).unwrap();
        // In a child, which ends if it waits for itself.
        assert!(forked(|| {
            let (first, second) = (open(None), open(None));
            let outer = open(Some(first));
            CLOSING.replace(outer, Closing(Some(second))).unwrap();
            let is_first_closed = CLOSING.get(first).is_err();
            CLOSING.close(outer).unwrap();
            is_first_closed && CLOSING.get(second).is_err()
        }));
    }

    #[test]
    fn a_fork_loses_the_table_only_while_another_thread_is_at_it() {
        let handles = Handles::new();
        let id = handles.open("kept").unwrap();
        assert!(forked(|| handles.get(id).is_ok_and(|kept| *kept == "kept")));
        let at_it = std::sync::Barrier::new(2);
        let over = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let table = handles.lock().unwrap();
                at_it.wait();
                over.wait();
                drop(table);
            });
            at_it.wait();
            let is_stale = |failure: Option<Failure>| {
                failure.is_some_and(|failure| failure.code == Code::StaleHandle)
            };
            let refuses = forked(|| {
                is_stale(handles.get(id).err())
                    && is_stale(handles.open("new").err())
                    && is_stale(handles.close(id).err())
            });
            over.wait();
            assert!(refuses);
        });
        assert_eq!(*handles.get(id).unwrap(), "kept");
    }

    #[test]
    fn a_closed_id_stays_closed_when_its_place_is_used_again() {
        let handles = Handles::new();
        let first = handles.open("first").unwrap();
        assert_eq!(*handles.get(first).unwrap(), "first");
        handles.replace(first, "other").unwrap();
        assert_eq!(*handles.get(first).unwrap(), "other");
        handles.close(first).unwrap();
        assert!(handles.replace(first, "late").is_err());
        let second = handles.open("second").unwrap();
        assert_eq!(position(first), position(second));
        assert!(handles.get(first).is_err());
        assert!(handles.close(first).is_err());
        assert_eq!(*handles.get(second).unwrap(), "second");
    }

    #[test]
    fn a_place_is_retired_after_its_last_generation() {
        let handles = Handles::new();
        let mut ids = std::collections::BTreeSet::new();
        for _ in 0..=u32::from(u16::MAX) {
            let id = handles.open(()).unwrap();
            assert!(ids.insert(id), "an id was given twice");
            handles.close(id).unwrap();
        }
        assert_eq!(ids.iter().filter(|&&id| position(id) == 1).count(), 1);
    }

    #[test]
    fn ids_that_were_never_given_are_refused() {
        let handles: Handles<()> = Handles::new();
        assert!(handles.get(0).is_err());
        assert!(handles.get(u32::MAX).is_err());
        assert!(handles.close(1 << 16).is_err());
    }
}
