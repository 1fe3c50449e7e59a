//! Traces of PyTorch's profiler.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use memo_formats::{Document, Options, Place, read_bytes, read_with};
use memo_malloc::analysis::liveness;
use memo_malloc::trace::Trace;

fn op(name: &str, tid: u32, ts: f64, dur: f64) -> String {
    format!(
        r#"{{"ph":"X","cat":"cpu_op","name":"{name}","pid":7,"tid":{tid},"ts":{ts},"dur":{dur},"args":{{"External id":3,"Ev Idx":2}}}}"#
    )
}

fn memory(tid: u32, ts: f64, address: u64, bytes: i64) -> String {
    on(0, tid, ts, address, bytes)
}

fn on(device: u32, tid: u32, ts: f64, address: u64, bytes: i64) -> String {
    format!(
        r#"{{"ph":"i","cat":"cpu_instant_event","s":"t","name":"[memory]","pid":7,"tid":{tid},"ts":{ts},"args":{{"Total Reserved":0,"Total Allocated":9,"Bytes":{bytes},"Addr":{address},"Device Id":-1,"Device Type":{device},"Ev Idx":1}}}}"#
    )
}

fn file(events: &[String]) -> String {
    format!(
        "{{\n  \"schemaVersion\": 1,\n  \"deviceProperties\": [ ],\n  \"traceEvents\": [\n{}],\n  \"traceName\": \"t.json\"\n}}",
        events.join(",\n")
    )
}

fn trace(text: &str) -> Trace {
    match read_bytes("trace.json", text.as_bytes()) {
        Ok(Document::Trace(trace)) => trace,
        other => panic!("{other:?}"),
    }
}

/// Size, lifetime and op of each buffer.
fn rows(trace: &Trace) -> Vec<String> {
    let problem = liveness(trace).expect("the trace makes sense").problem;
    let row = |(idx, buffer): (_, &memo_malloc::Buffer)| {
        let op = problem.op(idx).map(|op| op.name.clone()).unwrap_or_default();
        format!("{} {} {op}", buffer.size, buffer.lifetime)
    };
    problem.iter().map(row).collect()
}

#[test]
fn requests_belong_to_the_innermost_op_of_their_thread() {
    let events = [
        op("aten::conv2d", 1, 10.0, 90.5),
        op("aten::relu", 1, 200.0, 10.0),
        op("aten::empty", 1, 20.0, 5.0),
        op("other", 2, 0.0, 1000.0),
        memory(1, 205.0, 48, 32),
        memory(1, 22.25, 16, 64),
        memory(1, 60.0, 32, 128),
        memory(1, 90.0, 32, -128),
        memory(1, 300.0, 16, -64),
        memory(1, 301.0, 48, -32),
        r#"{"ph":"M","name":"thread_name","pid":7,"tid":"Spans","args":{"name":"x [memory]"}}"#
            .to_owned(),
    ];
    let found = trace(&file(&events));
    let expected = ["64 [0, 4) aten::empty", "128 [1, 2) aten::conv2d", "32 [3, 5) aten::relu"];
    assert_eq!(rows(&found), expected);
    assert_eq!(found.alignment, 64);
    let names: Vec<&str> = found.ops.iter().map(|op| &*op.name).collect();
    assert_eq!(names, ["aten::conv2d", "aten::empty", "aten::relu"], "ops that asked for nothing");
    let bare = format!("[{}]", events.join(","));
    assert_eq!(trace(&bare), found, "a bare list is a trace too");
    assert_eq!(trace(&format!("\u{feff}{bare}")), found, "whatever editor saved it");
}

#[test]
fn a_trace_of_a_program_called_like_ours_is_a_trace() {
    let name = r#"{"ph":"M","name":"process_name","pid":7,"args":{"name":"memo-bench"}}"#;
    let found = trace(&file(&[name.to_owned(), memory(1, 0.0, 1, 8), memory(1, 1.0, 1, -8)]));
    assert_eq!(rows(&found), ["8 [0, 1) "]);
}

fn module(name: &str, tid: u32, ts: f64, dur: f64) -> String {
    op(&format!("nn.Module: {name}"), tid, ts, dur).replace("cpu_op", "python_function")
}

#[test]
fn ops_are_in_the_modules_around_them() {
    let events = [
        op("aten::conv2d", 1, 20.0, 5.0),
        op("aten::relu", 1, 41.0, 5.0),
        op("aten::add", 1, 60.0, 5.0),
        op("aten::conv2d", 2, 20.0, 5.0),
        op("aten::mean", 1, 90.0, 5.0),
        module("Conv2d_0", 1, 15.0, 20.0),
        module("Net_0", 1, 10.0, 75.0),
        module("Block_0", 1, 12.0, 40.0),
        module("ReLU_0", 1, 40.0, 8.0),
        op("Net.py(3): forward", 1, 11.0, 70.0).replace("cpu_op", "python_function"),
        memory(1, 21.0, 1, 1),
        memory(2, 22.0, 2, 2),
        memory(1, 42.0, 3, 3),
        memory(1, 61.0, 4, 4),
        memory(1, 91.0, 5, 5),
    ];
    let told = |op: &memo_malloc::model::OpTag| format!("{} {}", op.name, op.place);
    let told: Vec<String> = trace(&file(&events)).ops.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "aten::conv2d Net_0.Block_0.Conv2d_0",
            "aten::conv2d ",
            "aten::relu Net_0.Block_0.ReLU_0",
            "aten::add Net_0",
            "aten::mean ",
        ]
    );
}

#[test]
fn modules_without_end_are_told_as_the_last_that_was_named() {
    let deep = |nth: u32| module(&format!("Block_{nth}"), 1, f64::from(nth), 1e6);
    let mut events: Vec<String> = (0..1000).map(deep).collect();
    events.extend([op("aten::relu", 1, 2000.0, 5.0), memory(1, 2001.0, 1, 1)]);
    let found = trace(&file(&events));
    let place = &found.ops[0].place;
    assert!(place.starts_with("Block_0.Block_1.") && place.len() <= 1024, "{place}");
    assert!(place.ends_with(".Block_112"), "{place}");
}

/// `tests/make/profile.py` made it.
#[test]
fn a_trace_of_the_profiler_is_read_with_its_modules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/made/profile.json.gz");
    let read = read_with(path, &Options::default()).expect("the file is right");
    assert_eq!(read.warnings, []);
    let first = read.addresses[0];
    let distances: Vec<i64> =
        read.addresses.iter().map(|&address| address.cast_signed() - first.cast_signed()).collect();
    assert_eq!(distances, [0, 156_416, 63_104, 73_344]);
    let Document::Trace(trace) = read.document else { panic!("no trace") };
    let problem = liveness(&trace).expect("the trace makes sense").problem;
    let row = |(idx, buffer): (_, &memo_malloc::Buffer)| {
        let op = problem.op(idx).expect("all have an op");
        format!("{} {} {} {}", buffer.size, buffer.lifetime, op.name, op.place)
    };
    assert_eq!(
        problem.iter().map(row).collect::<Vec<String>>(),
        [
            "2048 [0, 2) aten::addmm Sequential_0.Linear_0",
            "2048 [1, 6) aten::clamp_min Sequential_0.ReLU_0",
            "1024 [3, 5) aten::addmm Sequential_0.Sequential_1.Linear_1",
            "1024 [4, 7) aten::clamp_min Sequential_0.Sequential_1.ReLU_1",
        ]
    );
}

#[test]
fn what_was_not_seen_is_told() {
    let events = [
        memory(1, 1.0, 99, -8),
        memory(1, 2.0, 16, 64),
        memory(1, 3.0, 16, 32),
        memory(1, 4.0, 16, -32),
        memory(1, 5.0, 32, 128),
        on(1, 1, 6.0, 64, 4),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.json.gz");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(file(&events).as_bytes()).expect("memory can be written");
    std::fs::write(&path, packed.finish().expect("memory can be written")).expect("written");
    let read = read_with(&path, &Options::default()).expect("read");
    let told: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
    let told: Vec<&str> = told.iter().filter_map(|text| text.split(".gz: ").nth(1)).collect();
    assert_eq!(
        told,
        [
            "1 memory events of other devices are passed over",
            "1 frees of blocks from before the trace are passed over",
            "1 blocks were freed unseen: their addresses were handed out again",
            "1 blocks are live at the end: escapes, which are not planned",
        ]
    );
    let Document::Trace(trace) = read.document else { panic!("no trace") };
    assert_eq!(rows(&trace), ["64 [0, 1) ", "32 [2, 3) "]);
}

#[test]
fn the_thread_with_most_requests_is_the_recorded_one() {
    let events = [
        memory(5, 0.0, 1, 8),
        memory(9, 1.0, 2, 16),
        memory(9, 2.0, 3, 32),
        memory(5, 3.0, 2, -16),
        memory(9, 4.0, 3, -32),
        memory(9, 5.0, 1, -8),
    ];
    let threads: Vec<u16> = trace(&file(&events)).events.iter().map(|e| e.thread.0).collect();
    assert_eq!(threads, [1, 0, 0, 1, 0, 0]);
}

#[test]
fn a_gpu_alone_is_planned_at_its_alignment() {
    let found = trace(&file(&[on(1, 1, 0.0, 512, 4), on(1, 1, 1.0, 512, -4)]));
    assert_eq!((found.alignment, found.events.len()), (512, 2));
}

#[test]
fn wrong_events_are_named_by_their_path() {
    for (event, code, path) in [
        (r#"{"ph":"X","ts":"x"}"#, "MALFORMED", "traceEvents[1].ts"),
        (r#"{"ph":"X","cat":null}"#, "MALFORMED", "traceEvents[1].cat"),
        (
            r#"{"ph":"i","name":"[memory]","tid":1,"ts":1,"args":{"Addr":1,"Bytes":1.5}}"#,
            "MALFORMED",
            "traceEvents[1].args.Bytes",
        ),
        (
            r#"{"ph":"i","name":"[memory]","tid":1,"ts":1,"args":{"Addr":1}}"#,
            "MALFORMED",
            "traceEvents[1].args",
        ),
        (r#"{"ph" "X"}"#, "MALFORMED", "traceEvents[1]"),
        ("7", "MALFORMED", "traceEvents[1]"),
        (r#"{"ph":"X""#, "MALFORMED", "traceEvents[1]"),
    ] {
        let text = format!(r#"{{"traceEvents":[{},{event}"#, memory(1, 0.0, 1, 1));
        let error = read_bytes("t", text.as_bytes()).expect_err("a wrong event");
        let place = Place::Path(path.to_owned());
        assert_eq!((error.code().name(), error.place()), (code, &place), "{event}: {error}");
    }
}

#[test]
fn a_trace_without_memory_says_how_to_record_one() {
    let error = read_bytes("t", file(&[op("a", 1, 0.0, 1.0)]).as_bytes()).expect_err("no memory");
    assert_eq!(error.code().name(), "WRONG_NOUN");
    assert!(error.fix().contains("profile_memory=True"), "{error}");
}

#[test]
fn a_damaged_compressed_trace_says_so() {
    let events = vec![memory(1, 0.0, 1, 1); 1000];
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(file(&events).as_bytes()).expect("memory can be written");
    let whole = packed.finish().expect("memory can be written");
    let error = read_bytes("t.json.gz", &whole[..whole.len() - 100]).expect_err("cut off");
    assert_eq!(error.code().name(), "MALFORMED");
    assert!(error.fix().contains("damaged or cut off"), "{error}");
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!(r#"{{"traceEvents":[{{"a":{}"#, "{\"a\":".repeat(1 << 20));
    assert_eq!(read_bytes("t", deep.as_bytes()).expect_err("no end").code().name(), "MALFORMED");
}
