//! Models as other tools write them. `tests/make` holds the programs that made the files.

use std::fs;
use std::path::{Path, PathBuf};

use memo_formats::{
    Document, Error, Graph, Options, Place, TensorIdx, read_bytes, read_model, read_with, tflite,
};
use memo_malloc::Problem;

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/made").join(name)
}

fn batch(length: u64) -> Options {
    Options { dims: [("batch".to_owned(), length)].into(), ..Options::default() }
}

fn problem(name: &str, options: &Options) -> Problem {
    match read_with(made(name), options).expect("the file is right").document {
        Document::Problem(problem) => problem,
        other => panic!("{name} holds a {}", other.noun()),
    }
}

/// Id, size, lifetime and op of each buffer.
fn rows(problem: &Problem) -> Vec<String> {
    let row = |(idx, buffer): (_, &memo_malloc::Buffer)| {
        let op = problem.op(idx).map(ToString::to_string).unwrap_or_default();
        format!("{} {} {} {op}", problem.id(idx), buffer.size, buffer.lifetime)
    };
    problem.iter().map(row).collect()
}

#[test]
fn onnx_tensors_live_from_their_node_to_their_last_reader() {
    let expected = [
        "x 1536 [0, 1) ",
        "c 512 [0, 3) Conv#0 (conv)",
        "r 512 [1, 3) Relu#1 (relu)",
        // The view `f` of `a` has no buffer of its own, but keeps that of `a`.
        "a 512 [2, 5) Add#2 (add)",
        "y 512 [4, 5) Softmax#4 (softmax)",
    ];
    assert_eq!(rows(&problem("chain.onnx", &batch(2))), expected);
    assert_eq!(problem("chain.onnx", &batch(4)).buffers()[0].size, 2 * 1536);
}

#[test]
fn onnx_dimensions_must_be_given_and_known() {
    let error = read_with(made("chain.onnx"), &Options::default()).expect_err("no length");
    assert_eq!((error.code().name(), error.fix()), ("UNSUPPORTED", "give it: --dim batch=1"));
    assert_eq!(error.place(), &Place::Path("graph.input".to_owned()));
    let mut options = batch(1);
    options.dims.insert("time".to_owned(), 3);
    let read = read_with(made("chain.onnx"), &options).expect("the file is right");
    let told: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
    assert!(told[0].ends_with("no shape has a dimension named `time`"), "{told:?}");
    let huge = read_with(made("chain.onnx"), &batch(u64::MAX)).expect_err("no such memory");
    assert_eq!(huge.code().name(), "TOO_LARGE");
}

#[test]
fn onnx_shapes_follow_from_the_inputs() {
    assert_eq!(problem("bare.onnx", &batch(2)), problem("chain.onnx", &batch(2)));
}

/// `tests/make/onnx_net.py` had PyTorch make `net.onnx`, and tell the shapes of its own.
#[test]
fn onnx_shapes_are_those_that_pytorch_tells() {
    let told = fs::read(made("net.shapes.json")).expect("the file is there");
    let told: Vec<(String, Vec<Option<Vec<u64>>>)> =
        serde_json::from_slice(&told).expect("ops and shapes");
    let graph = read_model(made("net.onnx"), &Options::default()).expect("all shapes follow");
    let nodes = graph.nodes.iter().filter(|node| node.op != "Constant");
    let mut compared = 0;
    for (node, (op, shapes)) in nodes.zip(&told) {
        assert_eq!(&node.op, op);
        for (output, shape) in node.outputs.iter().zip(shapes) {
            let Some(shape) = shape else { continue };
            assert_eq!(&graph.tensors[output.usize()].shape, shape, "{node:?}");
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared} of {}", graph.nodes.len());
}

#[test]
fn onnx_without_shapes_names_the_node_and_the_tensor() {
    let whole = fs::read(made("bare.onnx")).expect("the file is there");
    let at = whole.windows(4).position(|four| four == b"Conv").expect("a convolution");
    let unknown = [&whole[..at], b"Cent", &whole[at + 4..]].concat();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("unknown.onnx");
    fs::write(&path, unknown).expect("written");
    let error = read_with(path, &batch(1)).expect_err("no rule for this op");
    assert_eq!(error.place(), &Place::Path("graph.node[0].output".to_owned()));
    assert_eq!(error.message(), "the file tells no shape of `c`");
}

#[test]
fn tflite_plans_what_is_neither_weight_nor_variable() {
    let problem = problem("chain.tflite", &Options::default());
    let expected = [
        "x 256 [0, 1) ",
        "c 256 [0, 3) CONV_2D#0",
        "d 256 [1, 3) CONV_2D#1",
        "a 256 [2, 4) ADD#2",
        "y 256 [3, 4) CONV_2D#3",
    ];
    assert_eq!(rows(&problem), expected);
    assert!(problem.buffers().iter().all(|buffer| buffer.alignment == 16));
}

fn graph(name: &str) -> Graph {
    read_model(made(name), &batch(1)).expect("the file is right")
}

#[test]
fn windows_are_those_of_the_operators() {
    let onnx = graph("chain.onnx");
    assert_eq!((onnx.nodes[0].kernel, onnx.nodes[0].strides), (Some([3, 3]), Some([2, 2])));
    assert_eq!(onnx.tensors[onnx.nodes[0].inputs[1].usize()].shape, [4, 3, 3, 3]);
    assert_eq!(onnx.tensors[onnx.root(TensorIdx(5)).usize()].name, "a");
    let lite = graph("chain.tflite");
    assert_eq!((lite.nodes[0].kernel, lite.nodes[0].strides), (None, Some([1, 1])));
    assert_eq!(lite.tensors[lite.nodes[0].inputs[1].usize()].shape, [4, 3, 3, 4]);
}

fn i32s(bytes: &[u8]) -> Vec<i32> {
    bytes.chunks_exact(4).map(|four| i32::from_le_bytes(four.try_into().expect("four"))).collect()
}

#[test]
fn offsets_are_written_in_front_of_an_unchanged_model() {
    let old = fs::read(made("chain.tflite")).expect("the file is there");
    let new = tflite::with_offsets(&old, &[0, 256, 512, 768, 0]).expect("one subgraph");
    assert!(new.ends_with(&old));
    assert_eq!((new.len() - old.len()) % 16, 0);
    let expected: Vec<u8> = [1, 0, 7, 0, -1, -1, 256, 512, 768, 0]
        .iter()
        .flat_map(|number: &i32| number.to_le_bytes())
        .collect();
    let at = new.windows(expected.len()).position(|window| window == expected);
    assert_eq!(at.map(|at| at % 16), Some(0), "{:?}", i32s(&new[..128]));
    let (before, after) = (read_bytes("old", &old), read_bytes("new", &new));
    assert_eq!(before, after);
    // A second plan takes the place of the first.
    let again = tflite::with_offsets(&new, &[16, 272, 528, 784, 16]).expect("one subgraph");
    assert_eq!(read_bytes("again", &again), before);
}

#[test]
fn offsets_must_fit_the_model() {
    let old = fs::read(made("chain.tflite")).expect("the file is there");
    let code = |offsets: &[u64]| tflite::with_offsets(&old, offsets).map_err(|error| error.code());
    assert_eq!(code(&[0; 4]), Err(memo_malloc::Code::OffsetCount));
    assert_eq!(code(&[1 << 31, 0, 0, 0, 0]), Err(memo_malloc::Code::TooLarge));
}

/// Every prefix is refused or, where only unread bytes are missing, read as the same.
#[test]
fn cuts_of_models_are_refused_with_their_byte() {
    for name in ["chain.onnx", "chain.tflite"] {
        let whole = fs::read(made(name)).expect("the file is there");
        for cut in 8..whole.len() - 40 {
            let error: Option<Error> = read_bytes(name, &whole[..cut]).err();
            assert!(error.is_some(), "{name} cut at {cut}");
        }
        let error = read_bytes(name, &whole[..whole.len() / 2]).expect_err("half a model");
        assert_eq!(error.code().name(), "MALFORMED");
        assert!(matches!(error.place(), Place::Byte(_)), "{error}");
    }
}
