//! Which module an op belongs to: those that Python was in when the op began, from the model inwards.
//!
//! With `with_stack=True` the profiler tells when modules ran on which thread (`nn.Module: Conv2d_1`:
//! a class, and how many of it were seen before). They nest like ops, so that one walk over both in
//! the order of their begins finds the open ones. Cost: n log n for the sort.

use std::collections::BTreeMap;

use super::event::Op;

/// The number of a place: 0 is nowhere.
pub(super) type PlaceIdx = u32;

/// What stands before the name of a module.
const PREFIX: &str = "nn.Module: ";

/// Most bytes of the name of a place; what is further in is told as being there. Each op has a copy.
const PLACE_BYTES_MAX: usize = 1 << 10;

/// The name of the module of an event, if it is one.
pub(super) fn module_of(event: &str) -> Option<&str> {
    event.strip_prefix(PREFIX)
}

/// All places that ops are in, each once: a module, and the place that it is in.
#[derive(Debug)]
pub(super) struct Places {
    told: Vec<String>,
    known: BTreeMap<(PlaceIdx, u32), PlaceIdx>,
}

impl Places {
    /// Finds the place of each op. Both are by thread and begin, the longest first.
    pub(super) fn of(ops: &mut [Op], modules: &[Op], names: &[String]) -> Places {
        let mut places = Places { told: vec![String::new()], known: BTreeMap::new() };
        let mut coming = modules.iter().peekable();
        let mut open: Vec<(Op, PlaceIdx)> = Vec::new();
        for op in ops {
            let has_begun = |module: &&Op| (module.thread, module.start) <= (op.thread, op.start);
            while let Some(module) = coming.next_if(has_begun) {
                leave(&mut open, module);
                let within = open.last().map_or(0, |&(_, place)| place);
                open.push((*module, places.within(within, module.name, names)));
            }
            leave(&mut open, op);
            op.place = open.last().map_or(0, |&(_, place)| place);
        }
        places
    }

    /// What a place is called.
    pub(super) fn told(&self, place: PlaceIdx) -> &str {
        self.told.get(place as usize).map_or("", String::as_str)
    }

    fn within(&mut self, place: PlaceIdx, name: u32, names: &[String]) -> PlaceIdx {
        if let Some(&known) = self.known.get(&(place, name)) {
            return known;
        }
        let (outer, name_told) = (self.told(place), &names[name as usize]);
        let told =
            if outer.is_empty() { name_told.clone() } else { format!("{outer}.{name_told}") };
        if told.len() > PLACE_BYTES_MAX {
            return place;
        }
        let next = PlaceIdx::try_from(self.told.len()).unwrap_or(0);
        self.told.push(told);
        self.known.insert((place, name), next);
        next
    }
}

/// Leaves the modules that are over when an event begins.
fn leave(open: &mut Vec<(Op, PlaceIdx)>, next: &Op) {
    while open
        .pop_if(|(module, _)| module.thread != next.thread || module.end <= next.start)
        .is_some()
    {}
}
