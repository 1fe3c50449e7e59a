//! Load and lifetimes against their naive twins, and traces that cannot have happened.

use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::trace::{BlockIdx, Event, EventKind, ThreadIdx, Trace};
use memo_malloc::{Buffer, BufferIdx, Bytes, Error, Key, Request, Step, analysis};

use crate::families::{self, Random};
use crate::naive;

#[test]
fn the_max_load_is_that_of_the_naive_twin() {
    for &(name, family) in families::ALL {
        for seed in 0..20 {
            let problem = families::problem(family, 30, seed);
            let load = analysis::max_load(&problem);
            assert_eq!(load.bytes, naive::max_load(&problem), "{name} {seed}");
            assert_eq!(naive::load_at(&problem, load.step), load.bytes, "{name} {seed}");
            assert!((0..load.step).all(|step| naive::load_at(&problem, step) < load.bytes));
        }
    }
}

fn trace(kinds: Vec<EventKind>) -> Trace {
    let ops = (0..2).map(|ordinal| OpTag { name: "op".into(), place: String::new(), ordinal });
    let events = kinds.into_iter().map(|kind| Event { kind, thread: ThreadIdx(0) }).collect();
    Trace { key: Key::default(), alignment: 64, ops: ops.collect(), events }
}

fn alloc(block: u32, size: Bytes) -> EventKind {
    EventKind::Alloc { block: BlockIdx(block), size }
}

fn free(block: u32) -> EventKind {
    EventKind::Free(BlockIdx(block))
}

#[test]
fn a_run_becomes_buffers_and_requests() {
    let (outer, inner) = (OpIdx(0), OpIdx(1));
    let found = analysis::liveness(&trace(vec![
        EventKind::OpBegin(outer),
        alloc(0, 8),
        alloc(1, 0),
        EventKind::OpBegin(inner),
        alloc(2, 16),
        EventKind::OpEnd(inner),
        free(0),
        alloc(3, 4),
        EventKind::OpEnd(outer),
        free(3),
        alloc(4, 2),
        free(4),
    ]))
    .unwrap();
    let expected = [
        Buffer::new(8, 0, 3).aligned(64).by(outer),
        Buffer::new(4, 4, 5).aligned(64).by(outer),
        Buffer::new(2, 6, 7).aligned(64),
    ];
    assert_eq!(found.problem.buffers(), expected);
    let request = |size, slot: Option<u32>| Request { size, slot: slot.map(BufferIdx) };
    let escape = request(16, None);
    let requests = [request(8, Some(0)), escape, request(4, Some(1)), request(2, Some(2))];
    assert_eq!(found.requests, requests);
    assert_eq!(found.problem.ops().len(), 2);
}

#[test]
fn ops_nest_on_each_thread_by_itself() {
    let (here, there) = (ThreadIdx(0), ThreadIdx(1));
    let on = |thread, kind| Event { kind, thread };
    let events = vec![
        on(here, EventKind::OpBegin(OpIdx(0))),
        on(there, EventKind::OpBegin(OpIdx(1))),
        on(here, alloc(0, 1)),
        on(here, EventKind::OpEnd(OpIdx(0))),
        on(there, free(0)),
        on(there, EventKind::OpEnd(OpIdx(1))),
    ];
    let found = analysis::liveness(&Trace { events, ..trace(vec![]) }).unwrap();
    assert_eq!(found.problem.buffers()[0].op, Some(OpIdx(0)));
}

#[test]
fn an_event_that_cannot_follow_is_named() {
    let broken = [
        (vec![alloc(0, 8), free(0), free(0)], 2, "block 0 is freed twice"),
        (vec![alloc(0, 8), free(1)], 1, "block 1 is freed before it is asked for"),
        (vec![alloc(1, 8)], 0, "block 1 is asked for where block 0 is next"),
        (vec![alloc(0, 8), alloc(0, 8)], 1, "block 0 is asked for where block 1 is next"),
        (vec![EventKind::OpEnd(OpIdx(0))], 0, "op 0 ends on thread 0 without a begin"),
        (vec![EventKind::OpBegin(OpIdx(2))], 0, "op 2 begins, but there are 2 ops"),
        (
            vec![
                EventKind::OpBegin(OpIdx(0)),
                EventKind::OpBegin(OpIdx(1)),
                EventKind::OpEnd(OpIdx(0)),
            ],
            2,
            "op 0 ends on thread 0 inside op 1",
        ),
    ];
    for (kinds, event, message) in broken {
        let expected = Error::BrokenTrace { event, message: message.to_owned() };
        assert_eq!(analysis::liveness(&trace(kinds)), Err(expected));
    }
}

#[test]
fn sizes_beyond_planning_are_refused() {
    let too_large = trace(vec![alloc(0, u64::MAX), free(0)]);
    assert_eq!(analysis::liveness(&too_large).unwrap_err().code().name(), "TOO_LARGE");
}

/// The steps of each block by searching the whole trace for its events.
fn naive_lifetimes(trace: &Trace) -> Vec<(Bytes, Step, Option<Step>)> {
    let moves = trace.events.iter().map(|event| event.kind);
    let moves = moves.filter(|kind| matches!(kind, EventKind::Alloc { .. } | EventKind::Free(_)));
    let moves: Vec<EventKind> = moves.collect();
    let step = |wanted: EventKind| {
        moves.iter().position(|kind| *kind == wanted).map(|at| Step::try_from(at).unwrap())
    };
    let blocks = (0..).map(BlockIdx).zip(trace.sizes());
    blocks
        .map(|(block, size)| {
            (size, step(EventKind::Alloc { block, size }).unwrap(), step(EventKind::Free(block)))
        })
        .collect()
}

#[test]
fn lifetimes_are_those_of_the_naive_twin() {
    for seed in 0..50 {
        let trace = trace(random_run(&mut Random(seed)));
        let found = analysis::liveness(&trace).unwrap();
        let naive = naive_lifetimes(&trace).into_iter().filter(|&(size, ..)| size > 0);
        let (mut requests, mut buffers) = (found.requests.iter(), found.problem.buffers().iter());
        for (size, start, end) in naive {
            let request = requests.next().unwrap();
            assert_eq!((request.size, request.slot.is_some()), (size, end.is_some()));
            if let Some(end) = end {
                assert_eq!(buffers.next(), Some(&Buffer::new(size, start, end).aligned(64)));
            }
        }
        assert_eq!((requests.next(), buffers.next()), (None, None));
    }
}

/// Allocs and frees at random; some sizes are 0, some blocks are never freed.
fn random_run(random: &mut Random) -> Vec<EventKind> {
    let (mut kinds, mut live, mut count) = (vec![], vec![], 0);
    for _ in 0..random.within(0, 60) {
        let pick = random.within(0, 2 * live.len() as u64);
        if let Some(at) = usize::try_from(pick).ok().filter(|at| *at < live.len()) {
            kinds.push(free(live.swap_remove(at)));
        } else {
            kinds.push(alloc(count, random.within(0, 5)));
            live.push(count);
            count += 1;
        }
    }
    kinds
}

/// Puts each event on one of three threads, the first more often.
fn on_threads(kinds: Vec<EventKind>, random: &mut Random) -> Vec<Event> {
    let mut thread = || ThreadIdx(u16::try_from(random.within(0, 4).saturating_sub(2)).unwrap());
    kinds.into_iter().map(|kind| Event { kind, thread: thread() }).collect()
}

/// The same events in another order that may happen: each thread does the same, and what is freed
/// was asked for.
fn another_order(events: &[Event], random: &mut Random) -> Vec<Event> {
    let (mut left, mut order): (Vec<Event>, Vec<Event>) = (events.to_vec(), Vec::new());
    let is_free_to_go = |order: &[Event], event: &Event| match event.kind {
        EventKind::Free(block) => order.iter().any(
            |other| matches!(other.kind, EventKind::Alloc { block: asked, .. } if asked == block),
        ),
        _ => true,
    };
    while !left.is_empty() {
        let thread = ThreadIdx(u16::try_from(random.within(0, 2)).unwrap());
        let next = left.iter().position(|event| event.thread == thread);
        if let Some(next) = next.filter(|&next| is_free_to_go(&order, &left[next])) {
            order.push(left.remove(next));
        }
    }
    order
}

/// When each block lives in some order.
fn lives(events: &[Event]) -> Vec<(BlockIdx, usize, usize)> {
    let freed = |block| events.iter().position(|event| event.kind == EventKind::Free(block));
    let asked = events.iter().enumerate().filter_map(|(at, event)| match event.kind {
        EventKind::Alloc { block, size } if size > 0 => Some((block, at, freed(block)?)),
        _ => None,
    });
    let mut lives: Vec<_> = asked.collect();
    lives.sort_unstable();
    lives
}

#[test]
fn blocks_that_meet_in_any_order_of_the_threads_conflict() {
    let mut met_otherwise = 0;
    for seed in 0..200 {
        let mut random = Random(seed);
        let kinds = random_run(&mut random);
        let trace = Trace { events: on_threads(kinds, &mut random), ..trace(vec![]) };
        let problem = analysis::liveness(&trace).unwrap().problem;
        let meet =
            |a: &(BlockIdx, usize, usize), b: &(BlockIdx, usize, usize)| a.1 < b.2 && b.1 < a.2;
        let recorded = lives(&trace.events);
        let lives = lives(&another_order(&trace.events, &mut random));
        for (i, first) in lives.iter().enumerate() {
            for (j, second) in lives.iter().enumerate().skip(i + 1).filter(|(_, s)| meet(first, s))
            {
                let pair = [i, j].map(|at| BufferIdx(u32::try_from(at).unwrap()));
                assert!(problem.conflict(pair[0], pair[1]), "{seed}: {first:?} {second:?}");
                met_otherwise += usize::from(!meet(&recorded[i], &recorded[j]));
            }
        }
    }
    assert!(met_otherwise > 100, "the orders hardly differ: {met_otherwise}");
}

#[test]
fn what_the_recorded_thread_decides_stays_exact() {
    let on = |thread, kind| Event { kind, thread: ThreadIdx(thread) };
    let events = vec![
        on(0, alloc(0, 1)),
        on(0, free(0)),
        on(0, alloc(1, 1)),
        on(1, alloc(2, 1)),
        on(1, free(1)),
        on(0, free(2)),
        on(0, alloc(3, 1)),
        on(0, free(3)),
    ];
    let found = analysis::liveness(&Trace { events, ..trace(vec![]) }).unwrap();
    let lifetimes = found.problem.buffers().iter().map(|b| (b.lifetime.start, b.lifetime.end));
    assert_eq!(lifetimes.collect::<Vec<_>>(), [(0, 1), (2, 8), (0, 5), (6, 7)]);
}
