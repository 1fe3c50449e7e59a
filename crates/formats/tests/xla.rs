//! Modules of XLA: one that XLA wrote, and small ones for what can be wrong with them.

use std::fs;
use std::path::{Path, PathBuf};

use memo_formats::{Document, Error, Options, Place, Read, read_bytes, read_with};
use memo_malloc::analysis::recorded;
use memo_malloc::{Lifetime, Problem, check};
use tempfile::NamedTempFile;

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/made").join(name)
}

fn problem(read: &Read) -> &Problem {
    match &read.document {
        Document::Problem(problem) => problem,
        other => panic!("a {}", other.noun()),
    }
}

/// `tests/make/xla.py` had XLA compile it, and tell how many bytes it needs besides.
#[test]
fn the_plan_of_xla_is_one_of_the_problem_and_needs_what_xla_says() {
    let told: serde_json::Value =
        serde_json::from_slice(&fs::read(made("hlo.json")).expect("the file is there")).unwrap();
    let read = read_with(made("loop.hlo.pb"), &Options::default()).expect("the file is right");
    let problem = problem(&read);
    let plan = recorded(problem, &read.addresses);
    check(problem, &plan).expect("a valid plan");
    assert_eq!(Some(plan.peak), told["loop"].as_u64());
    let row = |idx| {
        let buffer = problem.buffers()[memo_malloc::BufferIdx::usize(idx)];
        format!("{} {} {}", problem.id(idx), buffer.size, problem.op(idx).expect("an op"))
    };
    let rows: Vec<String> = problem.iter().map(|(idx, _)| row(idx)).take(3).collect();
    assert_eq!(rows[0], "copy.8 2048 copy#0");
    assert_eq!(
        rows[2],
        "ynn_fusion.1 2048 ynn_fusion#2 (jit(memo_loop)/while/body/closed_call/dot_general)"
    );
    // Between the iterations of the loop its value has the bytes of the one before, which others
    // have while an iteration makes the next.
    let of_loop = problem.intervals(memo_malloc::BufferIdx(0));
    assert_eq!(of_loop, [Lifetime { start: 0, end: 9 }, Lifetime { start: 13, end: 27 }]);
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

fn number(field: u64, number: u64) -> Vec<u8> {
    [varint(field << 3), varint(number)].concat()
}

fn nested(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// A module whose buffers have these ids and sizes, with the rest of its buffer assignment.
fn module(buffers: &[(u64, u64)], assignment: &[Vec<u8>]) -> Vec<u8> {
    let name = nested(1, &[b'm'; 200]);
    let buffer = |&(id, size): &(u64, u64)| {
        let made_by = nested(3, &nested(2, format!("add.{id}").as_bytes()));
        nested(1, &[number(1, id), number(2, size), made_by].concat())
    };
    let buffers: Vec<u8> = buffers.iter().flat_map(buffer).collect();
    [nested(1, &name), nested(3, &[buffers, assignment.concat()].concat())].concat()
}

/// An allocation: flags by their field, and which buffer lies where.
fn allocation(size: u64, flags: &[u64], assigned: &[(u64, u64)]) -> Vec<u8> {
    let flags = flags.iter().flat_map(|&flag| number(flag, 1));
    let assigned =
        assigned.iter().flat_map(|&(id, at)| nested(9, &[number(1, id), number(2, at)].concat()));
    nested(3, &number(2, size).into_iter().chain(flags).chain(assigned).collect::<Vec<u8>>())
}

/// A trace of events: kind, buffer, and with which it shares.
fn trace(events: &[[u64; 3]]) -> Vec<u8> {
    let event = |&[kind, id, with]: &[u64; 3]| {
        nested(1, &[number(1, kind), number(2, id), number(5, with)].concat())
    };
    nested(4, &events.iter().flat_map(event).collect::<Vec<u8>>())
}

fn read(bytes: &[u8]) -> Result<Read, Error> {
    let file = NamedTempFile::new().expect("a file");
    fs::write(file.path(), bytes).expect("written");
    read_with(file.path(), &Options::default())
}

const ALLOC: u64 = 0;
const FREE: u64 = 1;
const SHARE: u64 = 2;

fn rows(read: &Read) -> Vec<String> {
    let problem = problem(read);
    let row = |(idx, buffer): (_, &memo_malloc::Buffer)| {
        let lives: Vec<String> = problem.intervals(idx).iter().map(ToString::to_string).collect();
        format!("{} {} {}", problem.id(idx), buffer.size, lives.join(" "))
    };
    problem.iter().map(row).collect()
}

#[test]
fn buffers_live_from_event_to_event() {
    let assigned = [(1, 0), (2, 64), (3, 0), (4, 128), (5, 192), (6, 192)];
    let parts = [
        // What callers hold: a parameter and a result.
        allocation(4096, &[5], &[(8, 0)]),
        allocation(4096, &[7], &[(9, 0)]),
        allocation(256, &[], &assigned),
        trace(&[
            [ALLOC, 1, 0],
            [ALLOC, 2, 0],
            [FREE, 1, 0],
            [SHARE, 3, 1],
            [FREE, 3, 0],
            [ALLOC, 4, 0],
        ]),
    ];
    let sizes = [(1, 50), (2, 64), (3, 60), (4, 0), (5, 8), (6, 16), (8, 4096), (9, 4096)];
    let read = read(&module(&sizes, &parts)).expect("the module is right");
    // 3 has the bytes of 1; 4 has none; 5 and 6 have no events, and one place.
    let expected = ["add.1 60 [0, 2) [3, 4)", "add.2 64 [1, 6)", "add.5 16 [0, 6)"];
    assert_eq!(rows(&read), expected);
    assert_eq!(read.warnings, []);
    let problem = problem(&read);
    assert!(problem.buffers().iter().all(|buffer| buffer.alignment == 64));
    let plan = recorded(problem, &read.addresses);
    check(problem, &plan).expect("a valid plan");
    assert_eq!(plan.offsets, [0, 64, 128]);
}

#[test]
fn the_largest_heap_is_planned_and_the_others_are_told() {
    let parts = [
        allocation(64, &[], &[(1, 0)]),
        allocation(512, &[], &[(2, 0), (3, 256)]),
        trace(&[[ALLOC, 1, 0], [FREE, 1, 0]]),
        trace(&[[ALLOC, 2, 0], [FREE, 2, 0], [ALLOC, 3, 0], [FREE, 3, 0]]),
    ];
    let read = read(&module(&[(1, 64), (2, 256), (3, 100)], &parts)).expect("a module");
    assert_eq!(rows(&read), ["add.2 256 [0, 1)", "add.3 100 [2, 3)"]);
    let told = read.warnings[0].to_string();
    assert!(told.ends_with("1 buffers of 1 smaller heaps are not planned"), "{told}");
    assert_eq!(problem(&read).buffers()[0].alignment, 256);
}

#[test]
fn without_a_trace_buffers_count_as_live_throughout() {
    let parts = [
        allocation(4096, &[12], &[(3, 0)]),
        allocation(128, &[], &[(1, 0), (2, 64)]),
        allocation(64, &[], &[(4, 0)]),
    ];
    let read = read(&module(&[(1, 64), (2, 64), (3, 4096), (4, 8)], &parts)).expect("a module");
    assert_eq!(rows(&read), ["add.1 64 [0, 1)", "add.2 64 [0, 1)"]);
    assert!(read.warnings[0].to_string().contains("live throughout"));
    let nothing = read_bytes("m", &module(&[], &[allocation(8, &[5], &[])])).expect("a module");
    assert!(matches!(nothing, Document::Problem(problem) if problem.is_empty()));
}

/// Each is refused with this code, at the byte where this begins.
#[test]
fn what_contradicts_itself_is_refused_at_its_byte() {
    let all = allocation(64, &[], &[(1, 0)]);
    let cases: [(&[[u64; 3]], &str); 6] = [
        (&[[ALLOC, 7, 0]], "there is no buffer 7"),
        (&[[FREE, 1, 0]], "buffer 1 ends, but is not live"),
        (&[[ALLOC, 1, 0], [ALLOC, 1, 0]], "buffer 1 begins twice"),
        (&[[ALLOC, 1, 0], [FREE, 1, 0], [FREE, 1, 0]], "buffer 1 ends, but is not live"),
        (&[[SHARE, 1, 2]], "buffer 1 shares bytes with buffer 2, which has none"),
        (&[[9, 1, 0]], "an event of the unknown kind 9"),
    ];
    for (events, message) in cases {
        let bytes = module(&[(1, 64), (2, 64)], &[all.clone(), trace(events)]);
        let error = read_bytes("m", &bytes).expect_err(message);
        assert_eq!((error.code().name(), error.message()), ("MALFORMED", message));
        // The last event is the one, behind its key and length, and the file ends with it.
        assert_eq!(error.place(), &Place::Byte(bytes.len() as u64 - 6), "{message}");
    }
    let twice = [all.clone(), all];
    let error = read_bytes("m", &module(&[(1, 64)], &twice)).expect_err("two places");
    assert_eq!(error.message(), "buffer 1 lies in two places");
    let huge = [allocation(64, &[], &[(1, 0)]), trace(&[[ALLOC, 1, 0]])];
    let error = read_bytes("m", &module(&[(1, 1 << 63)], &huge)).expect_err("no such memory");
    assert_eq!(error.code().name(), "TOO_LARGE");
    let far = [allocation(u64::MAX, &[], &[]), allocation(1, &[], &[])];
    let error = read_bytes("m", &module(&[], &far)).expect_err("no such memory");
    assert_eq!(error.code().name(), "TOO_LARGE");
}

#[test]
fn a_module_without_places_says_which_file_has_them() {
    let error = read_bytes("m", &nested(1, &nested(1, &[b'm'; 200]))).expect_err("no places");
    assert_eq!(error.code().name(), "WRONG_NOUN");
    assert!(error.fix().contains("--xla_dump_hlo_as_proto"), "{}", error.fix());
}

#[test]
fn texts_that_begin_with_a_blank_line_are_no_modules() {
    for text in ["\n#\n\nid,lower,upper,size\na,0,1,4\n", "\n\n\n\nid,lower,upper,size\na,0,1,4\n"]
    {
        assert!(read_bytes("csv", text.as_bytes()).is_ok(), "{text:?}");
    }
}

#[test]
fn every_cut_is_refused_at_its_byte() {
    let whole = fs::read(made("loop.hlo.pb")).expect("the file is there");
    for cut in 4..whole.len() {
        match read_bytes("m", &whole[..cut]) {
            Ok(document) => panic!("cut at {cut}: a {}", document.noun()),
            Err(error) => {
                let is_byte = matches!(error.place(), Place::Byte(_));
                assert!(is_byte || error.code().name() == "WRONG_NOUN", "{cut}: {error}");
            }
        }
    }
}
