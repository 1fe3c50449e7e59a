//! Ids for what the library keeps.
//!
//! An id is a place in a table (low 16 bits) and the place's generation (high 16 bits, never 0). A
//! closed place goes to its next generation, so an old id never names a new thing; a place whose
//! generations are used up is retired. Every operation is O(1) under one lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memo_malloc::Code;

use crate::Failure;

/// Kept things by id.
#[derive(Debug)]
pub struct Handles<T>(Mutex<Table<T>>);

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
        Handles(Mutex::new(Table { places: Vec::new(), free: Vec::new() }))
    }

    /// Keeps a thing; its id.
    ///
    /// # Errors
    /// `BAD_ARGUMENT` when 65,536 are open.
    pub fn open(&self, thing: T) -> Result<u32, Failure> {
        let mut table = self.lock();
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
        let mut table = self.lock();
        table.place(id)?.kept.clone().ok_or_else(|| stale(id))
    }

    /// Keeps another thing under the same id.
    ///
    /// # Errors
    /// `STALE_HANDLE` when it is not open.
    pub fn replace(&self, id: u32, thing: T) -> Result<(), Failure> {
        let mut table = self.lock();
        let kept = table.place(id)?.kept.as_mut().ok_or_else(|| stale(id))?;
        *kept = Arc::new(thing);
        Ok(())
    }

    /// Lets the thing of this id go.
    ///
    /// # Errors
    /// `STALE_HANDLE` when it is not open.
    pub fn close(&self, id: u32) -> Result<(), Failure> {
        let mut table = self.lock();
        let place = table.place(id)?;
        place.kept.take().ok_or_else(|| stale(id))?;
        if let Some(next) = place.generation.checked_add(1) {
            place.generation = next;
            table.free.push(position(id));
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Table<T>> {
        // No operation leaves the table half-changed, so a panic elsewhere does not matter.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

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
