//! Snapshots of CUDA memory. `tests/make/snapshot.py` made the files.

use std::path::{Path, PathBuf};

use memo_formats::{Document, Options, Place, read_bytes, read_with};
use memo_malloc::Buffer;
use memo_malloc::analysis::liveness;

fn made(protocol: u32) -> PathBuf {
    let name = format!("tests/made/snapshot.{protocol}.pickle");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn blocks_live_until_their_free_is_complete_in_every_protocol() {
    for protocol in 2..=5 {
        let read = read_with(made(protocol), &Options::default()).expect("the file is right");
        let Document::Trace(trace) = read.document else { panic!("no trace") };
        let run = liveness(&trace).expect("the trace makes sense");
        let row = |(idx, buffer): (_, &Buffer)| {
            let op = run.problem.op(idx).map(|op| format!("{} {}", op.name, op.place));
            format!("{} {} {}", buffer.size, buffer.lifetime, op.unwrap_or_default())
        };
        let rows: Vec<String> = run.problem.iter().map(row).collect();
        let expected =
            ["1024 [0, 2) forward model.py:12", "512 [1, 5) ", "2048 [3, 6) forward model.py:12"];
        assert_eq!(rows, expected, "{protocol}");
        assert_eq!(run.requests.iter().filter(|request| request.slot.is_none()).count(), 1);
        let told: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].ends_with("1 frees of blocks from before the snapshot are passed over"));
        assert!(told[1].ends_with("1 blocks are live at the end: escapes, which are not planned"));
    }
}

#[test]
fn nothing_is_called() {
    // What `pickle.loads` would run as `os.system("true")`.
    let call = b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.";
    let error = read_bytes("p", call).expect_err("a call");
    assert_eq!(error.message(), "it would call something: only plain data are read");
    assert_eq!(error.place(), &Place::Byte(2));
}

#[test]
fn what_refers_to_itself_or_to_much_is_harmless() {
    let error =
        |bytes: &[u8]| read_bytes("p", bytes).expect_err("no snapshot").message().to_owned();
    // A list in itself, and a list of two of the list before, sixty times over.
    assert_eq!(error(b"\x80\x02]q\x00h\x00a."), "a pickle without `device_traces`");
    let mut laughs = b"\x80\x02]q\x00".to_vec();
    laughs.extend((0..60).flat_map(|key| [b'h', key, b'h', key, 0x86, b'q', key + 1]));
    laughs.push(b'.');
    assert_eq!(error(&laughs), "a pickle without `device_traces`");
    assert_eq!(error(b"\x80\x02]r\xff\xff\xff\xff."), "the memo 4294967295 where 1 values are");
}
