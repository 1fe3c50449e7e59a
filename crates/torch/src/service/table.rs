//! From a hash or a key to its entry.
//!
//! A hash stands for a key only as long as the process runs; two objects of one model have two
//! hashes and one key. Both maps are bounded: the least recently used key goes, and when hashes are
//! many more than keys all are forgotten and met again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use memo_malloc::Key;
use memo_malloc::arena::Prepared;

use super::entry::{Counts, Entry};

const HASHES_A_KEY: usize = 16;

pub(super) struct Table {
    keys_max: usize,
    scopes: AtomicU64,
    maps: RwLock<Maps>,
}

#[derive(Default)]
struct Maps {
    by_hash: BTreeMap<u64, Arc<Entry>>,
    by_key: BTreeMap<Key, Arc<Entry>>,
    /// Of the keys that have gone.
    gone: Counts,
}

impl Table {
    pub(super) fn new(keys_max: usize) -> Table {
        let maps = RwLock::default();
        Table { keys_max: keys_max.max(1), scopes: AtomicU64::new(0), maps }
    }

    pub(super) fn by_hash(&self, hash: u64) -> Option<Arc<Entry>> {
        let entry = Arc::clone(self.read().by_hash.get(&hash)?);
        self.used(&entry);
        Some(entry)
    }

    /// The entry of a key, which this hash stands for from now on.
    pub(super) fn meet(
        &self,
        hash: u64,
        key: Key,
        saved: impl FnOnce(&Key) -> Option<Arc<Prepared>>,
    ) -> Arc<Entry> {
        let mut oldest = None;
        let mut maps = self.write();
        let entry = maps.by_key.get(&key).cloned().unwrap_or_else(|| {
            let plan = saved(&key);
            oldest = maps.make_room(self.keys_max);
            let entry = Arc::new(Entry::new(key.clone(), plan));
            maps.by_key.insert(key, Arc::clone(&entry));
            entry
        });
        if maps.by_hash.len() >= HASHES_A_KEY * self.keys_max {
            maps.by_hash.clear();
        }
        maps.by_hash.insert(hash, Arc::clone(&entry));
        // A plan may go with it, which takes its time: without the lock.
        drop(maps);
        drop(oldest);
        self.used(&entry);
        entry
    }

    /// Scopes begun, keys in memory with a plan, and what all have done.
    pub(super) fn counts(&self) -> (u64, u64, Counts) {
        let maps = self.read();
        let plans = maps.by_key.values().filter(|entry| entry.has_plan()).count();
        let counts = maps.by_key.values().fold(maps.gone, |sum, entry| sum.and(&entry.counts()));
        (self.scopes.load(Ordering::Relaxed), plans as u64, counts)
    }

    /// Forgets all keys.
    pub(super) fn clear(&self) {
        let maps = std::mem::take(&mut *self.write());
        // Dropped without the lock: they are many.
        drop(maps);
    }

    fn used(&self, entry: &Entry) {
        entry.used.store(self.scopes.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    fn read(&self) -> RwLockReadGuard<'_, Maps> {
        self.maps.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Maps> {
        self.maps.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Maps {
    /// Leaves room for one more key; the entry that goes for it.
    fn make_room(&mut self, keys_max: usize) -> Option<Arc<Entry>> {
        if self.by_key.len() < keys_max {
            return None;
        }
        let used = |entry: &Arc<Entry>| entry.used.load(Ordering::Relaxed);
        let oldest = self.by_key.values().min_by_key(|entry| used(entry)).cloned()?;
        self.gone = self.gone.and(&oldest.counts());
        self.by_key.remove(&oldest.key);
        self.by_hash.retain(|_, entry| !Arc::ptr_eq(entry, &oldest));
        Some(oldest)
    }
}

impl Counts {
    fn and(self, other: &Counts) -> Counts {
        Counts {
            served: self.served + other.served,
            recorded: self.recorded + other.recorded,
            planned: self.planned + other.planned,
            arena: self.arena.and(&other.arena),
        }
    }
}
