//! What is written is read back as it was.

#![expect(clippy::unwrap_used, reason = "a strategy that fails is a failed test")]

use std::path::Path;

use memo_formats::{
    Document, Format, Overwrite, PlanDocument, TieredPlanDocument, read, read_bytes, write,
    write_as,
};
use memo_malloc::analysis::lower_bound;
use memo_malloc::model::{BufferIdx, OpIdx, OpTag, Tier, TierIdx, TierSet, TieredProblem};
use memo_malloc::planners::{Greedy, Planner, plan_tiered};
use memo_malloc::trace::{Event, EventKind, Recorder, ThreadIdx, Trace};
use memo_malloc::{Buffer, Key, Lifetime, Limits, Plan, Problem, Request, RunPlan};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A name without the spaces at its ends, which a CSV reader takes away.
fn name() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..8).prop_map(|letters| {
        let text: String =
            letters.into_iter().filter(|c| !c.is_control() && *c != '\u{feff}').collect();
        text.trim().to_owned()
    })
}

fn buffer() -> impl Strategy<Value = Buffer> {
    let size = prop_oneof![0u64..5000, 1u64 << 40..1 << 50];
    (size, prop_oneof![Just(1u64), 1u64..100], 0u32..1000, 1u32..1000, option::of(0u64..50))
        .prop_map(|(size, alignment, start, duration, pin)| Buffer {
            pin: pin.map(|pin| pin * alignment),
            ..Buffer::new(size, start, start + duration).aligned(alignment)
        })
}

fn tagged() -> impl Strategy<Value = Problem> {
    let ops = vec((name(), name(), any::<u32>()), 1..5);
    (
        vec((buffer(), option::of(any::<prop::sample::Index>())), 0..30),
        ops,
        option::of(any::<u64>()),
    )
        .prop_flat_map(|(buffers, ops, capacity)| {
            let ids = prop_oneof![Just(Vec::new()), vec(name(), buffers.len())];
            (Just(buffers), Just(ops), Just(capacity), ids)
        })
        .prop_map(|(buffers, ops, capacity, ids)| {
            let op =
                |index: prop::sample::Index| OpIdx(u32::try_from(index.index(ops.len())).unwrap());
            let buffers =
                buffers.into_iter().map(|(b, index)| Buffer { op: index.map(op), ..b }).collect();
            let tag = |(name, place, ordinal)| OpTag { name, place, ordinal };
            let ops = ops.iter().cloned().map(tag).collect();
            let problem = Problem::with_ops(buffers, ops).unwrap().with_ids(ids).unwrap();
            problem.with_capacity(capacity)
        })
}

/// The same with a step in the middle of some lifetimes in which others may use the bytes.
fn paused(problem: Problem) -> Problem {
    let long = problem.iter().filter(|(_, buffer)| buffer.lifetime.duration() % 3 == 2);
    let pause = |(idx, buffer): (BufferIdx, &Buffer)| {
        let Lifetime { start, end } = buffer.lifetime;
        let middle = u32::midpoint(start, end - 1);
        let parts = [Lifetime { start, end: middle }, Lifetime { start: middle + 1, end }];
        parts.into_iter().filter(|part| part.start < part.end).map(move |part| (idx, part))
    };
    let intervals = long.flat_map(pause).filter(|(idx, part)| {
        let life = problem.buffers()[idx.usize()].lifetime;
        life.duration() > 2 && (part.start == life.start || part.end == life.end)
    });
    let intervals = intervals.collect();
    problem.with_intervals(intervals).unwrap()
}

/// Buffers of equal remainders share; some pairs beside these are kept apart.
fn tied(problem: Problem) -> Problem {
    let count = u32::try_from(problem.len()).unwrap();
    let group = |rest| (0..count).filter(|idx| idx % 5 == rest).map(BufferIdx).collect();
    let apart = (1..count).filter(|idx| idx % 4 == 0).map(|idx| (BufferIdx(idx), BufferIdx(0)));
    let small = problem.buffers().iter().all(|buffer| buffer.size < 1 << 40);
    let groups: &[Vec<BufferIdx>] = if small { &[group(1), group(2)] } else { &[] };
    let lone = problem.clone().with_shares(groups).unwrap_or(problem);
    lone.with_apart(apart.collect()).unwrap()
}

/// What a CSV file can hold: no ops, no capacity, no pins, and ids only where they say something.
fn plain(problem: &Problem) -> Problem {
    let bare = |buffer: &Buffer| Buffer { op: None, pin: None, ..*buffer };
    let plain = Problem::new(problem.buffers().iter().map(bare).collect()).unwrap();
    let is_index = |(idx, id): (usize, &String)| *id == idx.to_string();
    if problem.ids().iter().enumerate().all(is_index) {
        return plain;
    }
    plain.with_ids(problem.ids().to_vec()).unwrap()
}

fn planned(problem: &Problem) -> Plan {
    Greedy::BySize.plan(problem, &Limits::default()).unwrap().into_plan().unwrap()
}

fn trace() -> impl Strategy<Value = Trace> {
    let key = (name(), vec(name(), 0..3), any::<u32>(), name(), name());
    (key, vec((0u8..5, any::<u64>()), 0..60)).prop_map(|(key, actions)| {
        let mut recorder = Recorder::new(64);
        for (action, value) in actions {
            let address = usize::try_from(value % 7).unwrap();
            match action {
                0 => recorder.op_begin("op", &value.to_string()),
                1 => recorder.op_end(),
                2 => recorder.alloc(address, value),
                3 => drop(recorder.free(address)),
                _ => drop(recorder.free_remote(address)),
            }
        }
        let (model, inputs, threads, runtime, cpu) = key;
        recorder.finish(Key { model, inputs, threads, runtime, cpu })
    })
}

fn text(document: &Document, format: Format) -> Vec<u8> {
    let mut text = Vec::new();
    write_as(&mut text, document, format).unwrap();
    text
}

proptest! {
    #[test]
    fn problems_in_json(problem in tagged()) {
        let document = Document::Problem(problem);
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Json)).unwrap(), &document);
    }

    #[test]
    fn problems_in_csv(problem in tagged()) {
        let document = Document::Problem(plain(&problem));
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Csv)).unwrap(), &document);
    }

    #[test]
    fn problems_with_ties(problem in tagged()) {
        let document = Document::Problem(paused(plain(&problem)));
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Csv)).unwrap(), &document);
        let document = Document::Problem(tied(paused(problem)));
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Json)).unwrap(), &document);
    }

    #[test]
    fn problems_and_plans_of_several_tiers(problem in tagged(), choose in any::<bool>()) {
        let tier = |name: &str, capacity, cost| Tier { name: name.into(), capacity, cost };
        let tiers = vec![tier("slow", None, 3), tier("fast", Some(1 << 12), 0)];
        let slow: TierSet = [TierIdx(0)].into_iter().collect();
        let set = |at: usize| if choose && at % 2 == 1 { slow } else { TierSet::ALL };
        let sets = (0..problem.len()).map(set).collect();
        let problem = TieredProblem::new(plain(&problem), tiers, sets).unwrap();
        let document = Document::TieredProblem(problem.clone());
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Json)).unwrap(), &document);
        let outcome = plan_tiered(&problem, &Limits::default()).unwrap();
        let plan = outcome.plan().unwrap().clone();
        let document = Document::TieredPlan(TieredPlanDocument::new(problem, plan).unwrap());
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Json)).unwrap(), &document);
        let error = write_as(&mut Vec::new(), &document, Format::Csv).unwrap_err();
        prop_assert_eq!(error.code().name(), "UNSUPPORTED");
    }

    #[test]
    fn plans_in_json_and_csv(problem in tagged()) {
        let problem = plain(&problem);
        let plan = planned(&problem);
        let document = Document::Plan(PlanDocument::new(problem.clone(), plan.clone()).unwrap());
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Json)).unwrap(), &document);
        // A CSV file has no place for a bound: it is found anew.
        let (lower_bound, certificate) = lower_bound(&problem);
        let plan = Plan { lower_bound, certificate, ..plan };
        let document = Document::Plan(PlanDocument::new(problem, plan).unwrap());
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Csv)).unwrap(), &document);
    }

    #[test]
    fn traces(trace in trace()) {
        let document = Document::Trace(trace);
        prop_assert_eq!(&read_bytes("x", &text(&document, Format::Json)).unwrap(), &document);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = read_bytes("x", &bytes);
    }

    #[test]
    fn any_damage_is_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = text(&Document::Plan(served()), Format::Json);
        let at = at.index(text.len());
        text[at] = byte;
        let _ = read_bytes("x", &text);
    }
}

/// A plan for a run with an escape.
fn served() -> PlanDocument {
    let problem = Problem::new(vec![Buffer::new(4, 0, 2), Buffer::new(8, 1, 3)]).unwrap();
    let plan = planned(&problem);
    let requests = vec![
        Request { size: 4, slot: Some(BufferIdx(0)) },
        Request { size: 99, slot: None },
        Request { size: 8, slot: Some(BufferIdx(1)) },
    ];
    let key = Key {
        model: "sha256:0".into(),
        inputs: vec!["f32[1]".into()],
        threads: 2,
        ..Key::default()
    };
    PlanDocument::for_run(RunPlan::new(key, problem, plan, requests).unwrap()).unwrap()
}

#[test]
fn a_plan_keeps_the_run_it_is_for() {
    let document = Document::Plan(served());
    assert_eq!(read_bytes("x", &text(&document, Format::Json)).unwrap(), document);
}

#[test]
fn another_thread_is_kept() {
    let event = Event { kind: EventKind::OpBegin(OpIdx(0)), thread: ThreadIdx(7) };
    let ops = vec![OpTag { name: "a".into(), place: String::new(), ordinal: 0 }];
    let document =
        Document::Trace(Trace { key: Key::default(), alignment: 1, ops, events: vec![event] });
    assert_eq!(read_bytes("x", &text(&document, Format::Json)).unwrap(), document);
}

#[test]
fn the_name_decides_the_format_and_the_compression() {
    let folder = tempfile::tempdir().unwrap();
    let problem = Problem::new(vec![Buffer::new(4, 0, 2)]).unwrap();
    let plan = planned(&problem);
    let document = Document::Plan(PlanDocument::new(problem, plan).unwrap());
    for (name, begin) in [
        ("a.json", &b"{"[..]),
        ("a.csv", b"id,"),
        ("a.json.gz", b"\x1f\x8b"),
        ("a.CSV.GZ", b"\x1f\x8b"),
    ] {
        let path = folder.path().join(name);
        write(&path, &document, Overwrite::Refuse).unwrap();
        assert!(std::fs::read(&path).unwrap().starts_with(begin), "{name}");
        assert_eq!(read(&path).unwrap(), document, "{name}");
    }
    let code = |name: &str| {
        write(folder.path().join(name), &document, Overwrite::Refuse).unwrap_err().code()
    };
    assert_eq!(code("a.txt").name(), "UNKNOWN_FORMAT");
    assert_eq!(code("a.gz").name(), "UNKNOWN_FORMAT");
    assert_eq!(code("a.json").name(), "FILE_EXISTS");
    assert_eq!(code("none/a.json").name(), "IO");
}

#[test]
fn ties_raise_the_version_and_have_no_place_in_csv() {
    let problem = Problem::new(vec![Buffer::new(4, 0, 1), Buffer::new(4, 1, 2)]).unwrap();
    let version = |document: &Document| {
        let json: serde_json::Value =
            serde_json::from_slice(&text(document, Format::Json)).unwrap();
        json["version"].as_u64()
    };
    assert_eq!(version(&Document::Problem(problem.clone())), Some(1));
    let apart = problem.with_apart(vec![(BufferIdx(0), BufferIdx(1))]).unwrap();
    let document = Document::Problem(apart);
    assert_eq!(version(&document), Some(2));
    let error = write_as(&mut Vec::new(), &document, Format::Csv).unwrap_err();
    assert_eq!(error.code().name(), "UNSUPPORTED");
}

#[test]
fn a_csv_file_holds_no_trace() {
    let trace = Trace { key: Key::default(), alignment: 1, ops: vec![], events: vec![] };
    let error = write_as(&mut Vec::new(), &Document::Trace(trace), Format::Csv).unwrap_err();
    assert_eq!(error.code().name(), "WRONG_NOUN");
}

#[test]
fn a_missing_file_is_named() {
    let error = read(Path::new("no/such/file.csv")).unwrap_err();
    assert_eq!((error.code().name(), error.file()), ("IO", "no/such/file.csv"));
}
