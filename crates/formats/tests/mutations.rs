//! Valid files with bytes changed, cut, repeated and joined: whatever comes out is read or refused.
//!
//! `MEMO_MUTATIONS=1000000 cargo test --release -p memo-formats --test mutations` runs as many of
//! each file; without it a thousand.

use std::fs;
use std::path::Path;

use memo_formats::read_bytes;

/// xorshift64*: the same mutations on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(bits).expect("31 bits") % limit.max(1)
    }
}

/// Bytes that mean something in one format or another.
const SHARP: &[u8] =
    &[0, 1, 0x7f, 0x80, 0xff, b'"', b'{', b'}', b'[', b']', b',', b'-', b'.', b'\n'];

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len());
    let length = random.below(16.min(bytes.len() - at) + 1);
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..at + length)),
        2 => {
            let piece = bytes[at..at + length].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, piece);
        }
        3 => bytes[at] ^= 1 << random.below(8),
        _ => bytes[at] = SHARP[random.below(SHARP.len())],
    }
}

fn count() -> usize {
    std::env::var("MEMO_MUTATIONS").map_or(1000, |text| text.parse().expect("a number"))
}

fn survives(name: &str, valid: &[u8]) {
    assert!(
        read_bytes(name, valid).is_ok() || ["chain.onnx", "bare.onnx"].contains(&name),
        "{name} is valid"
    );
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..count() {
        let mut bytes = valid.to_vec();
        for _ in 0..=random.below(4) {
            if !bytes.is_empty() {
                mutate(&mut bytes, &mut random);
            }
        }
        // An error's text and fix are built from what was found.
        if let Err(error) = read_bytes(name, &bytes) {
            assert!(!error.to_string().is_empty() && !error.fix().is_empty());
        }
    }
}

#[test]
fn files_of_other_tools() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/made");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "json"))
        .collect();
    files.sort();
    assert!(files.len() > 1);
    for path in files {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        survives(&name, &fs::read(&path).expect("the file is there"));
    }
}

#[test]
fn texts() {
    let memory = |ts: u32, bytes: i32| {
        format!(
            r#"{{"ph":"i","name":"[memory]","tid":1,"ts":{ts},"args":{{"Bytes":{bytes},"Addr":16,"Device Type":0}}}}"#
        )
    };
    let op = r#"{"ph":"X","cat":"cpu_op","name":"aten::a","tid":1,"ts":0,"dur":9}"#;
    let module =
        r#"{"ph":"X","cat":"python_function","name":"nn.Module: A_0","tid":1,"ts":0,"dur":9}"#;
    let trace = format!(r#"{{"traceEvents":[{op},{module},{},{}]}}"#, memory(1, 8), memory(2, -8));
    survives("trace", trace.as_bytes());
    survives("csv", b"# x\nid,start,end,size,alignment,gaps,offset\na,0,9,4,2,3-5,\nb,1,2,8,,,8\n");
    survives(
        "json",
        br#"{"format":"memo-problem","version":2,"buffers":{"size":[1,2],"start":[0,1],"end":[2,3]},"ties":{"share":[[0,1]]}}"#,
    );
}
