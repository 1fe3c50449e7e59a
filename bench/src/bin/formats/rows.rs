//! A row for each file.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use memo_bench::fresh::measure;
use memo_bench::process::Cost;
use memo_formats::{Document, read};
use serde::{Deserialize, Serialize};

/// Readers on large files that this command makes, each in a fresh process: time and memory.
#[derive(Debug, Parser)]
struct Options {
    /// Length of the Chrome trace.
    #[arg(long, default_value_t = 1000)]
    megabytes: u64,
    /// Nodes of the ONNX model.
    #[arg(long, default_value_t = 10_000)]
    nodes: u32,
    /// Where the files are made, and removed again; the system's folder for such if not given.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Read this file in this process, and print the row as JSON.
    #[arg(long, hide = true)]
    once: Option<PathBuf>,
}

/// What reading a file took.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    holds: String,
    cost: Cost,
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mut out = io::stdout().lock();
    if let Some(path) = &options.once {
        return Ok(writeln!(out, "{}", serde_json::to_string(&timed(path)?)?)?);
    }
    let folder = options.folder.unwrap_or_else(std::env::temp_dir);
    writeln!(out, "{:24} {:>8} {:>8} {:>8} {:>8}  holds", "file", "MB", "s", "s CPU", "MB max")?;
    let trace = folder.join("memo-formats.trace.json");
    chrome(BufWriter::new(File::create(&trace)?), options.megabytes * 1_000_000)?;
    let model = folder.join("memo-formats.onnx");
    std::fs::write(&model, onnx(options.nodes))?;
    for path in [trace, model] {
        let row: Row = measure(&["--once".to_owned(), path.to_string_lossy().into_owned()], &[])?;
        let Row { holds, cost: Cost { seconds, processor, megabytes } } = row;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        #[expect(clippy::cast_precision_loss, reason = "read by people")]
        let length = path.metadata()?.len() as f64 / 1e6;
        writeln!(
            out,
            "{name:24} {length:8.1} {seconds:8.2} {processor:8.2} {megabytes:8.0}  {holds}"
        )?;
        std::fs::remove_file(path)?;
    }
    Ok(())
}

fn timed(path: &Path) -> Result<Row, Box<dyn Error>> {
    let (document, cost) = Cost::of(|| read(path))?;
    let holds = match document? {
        Document::Trace(trace) => format!("{} events, {} ops", trace.events.len(), trace.ops.len()),
        Document::Problem(problem) => format!("{} buffers", problem.len()),
        other => other.noun().to_owned(),
    };
    Ok(Row { holds, cost })
}

/// Ops of 300 names, each with a block of its own that lives for a while, in the words of the
/// profiler.
fn chrome(mut out: impl Write, length: u64) -> io::Result<()> {
    write!(out, "{{\"schemaVersion\": 1,\n\"traceEvents\": [\n")?;
    let (mut written, mut op) = (0, 0_u64);
    while written < length {
        let at = op * 10;
        let event = format!(
            "{{\"ph\": \"X\", \"cat\": \"cpu_op\", \"name\": \"aten::op{}\", \"pid\": 7, \"tid\": 7, \"ts\": {at}.125, \"dur\": 9.5, \"args\": {{\"External id\": {op}, \"Record function id\": 0, \"Sequence number\": {op}, \"Fwd thread id\": 0, \"Input Dims\": [[1, 3, 224, 224], [64, 3, 7, 7]], \"Ev Idx\": {op}}}}},\n{},\n{}",
            op % 300,
            memory(at + 1, op, 4096),
            memory(at + 5, op, -4096)
        );
        if op > 0 {
            out.write_all(b",\n")?;
        }
        out.write_all(event.as_bytes())?;
        written += event.len() as u64 + 2;
        op += 1;
    }
    out.write_all(b"]}\n")?;
    out.flush()
}

/// A request, or the free of a block from some ops before.
fn memory(at: u64, op: u64, bytes: i64) -> String {
    const BLOCKS: u64 = 1000;
    let slot = if bytes > 0 { op } else { op + BLOCKS - 20 } % BLOCKS;
    let address = 0x7f00_0000_0000 + slot * 4096;
    format!(
        "{{\"ph\": \"i\", \"cat\": \"cpu_instant_event\", \"s\": \"t\", \"name\": \"[memory]\", \"pid\": 7, \"tid\": 7, \"ts\": {at}.250, \"args\": {{\"Total Reserved\": 0, \"Total Allocated\": 1234567, \"Bytes\": {bytes}, \"Addr\": {address}, \"Device Id\": -1, \"Device Type\": 0, \"Ev Idx\": {op}}}}}"
    )
}

/// A field of bytes of a protocol buffer.
#[expect(clippy::cast_possible_truncation, reason = "below 128")]
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = content.len();
    while length > 0x7f {
        out.push((length % 0x80) as u8 | 0x80);
        length /= 0x80;
    }
    out.push(length as u8);
    out.extend(content);
    out
}

/// A chain of nodes, each of which reads the last tensor and one from some nodes before.
fn onnx(nodes: u32) -> Vec<u8> {
    let name = |idx: u32| format!("t{idx}");
    // FLOAT, and a shape of 1 x 64.
    let shape = [1, 64].map(|length| field(1, &[1 << 3, length])).concat();
    let of_type = field(1, &[vec![1 << 3, 1], field(2, &shape)].concat());
    let info = |idx| [field(1, name(idx).as_bytes()), field(2, &of_type)].concat();
    let mut graph = Vec::new();
    for idx in 1..=nodes {
        let inputs = [idx - 1, idx.saturating_sub(7)].map(|input| field(1, name(input).as_bytes()));
        let node = [inputs.concat(), field(2, name(idx).as_bytes()), field(4, b"Add")].concat();
        graph.extend(field(1, &node));
        graph.extend(field(13, &info(idx)));
    }
    graph.extend(field(11, &info(0)));
    graph.extend(field(12, &info(nodes)));
    [vec![1 << 3, 8], field(7, &graph)].concat()
}
