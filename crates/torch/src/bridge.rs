//! The one boundary to C++. In a file of its own: an edit here recompiles LibTorch's headers.

use crate::mode::{allocated, freed, op_begins, op_ends, planned};
use crate::place::{module_place, source_place};
use crate::service::{forward_begins, forward_ends};

#[cxx::bridge(namespace = "memo")]
pub(crate) mod ffi {
    extern "Rust" {
        fn planned(size: usize) -> *mut u8;
        unsafe fn allocated(block: *mut u8, size: usize);
        unsafe fn freed(block: *mut u8) -> bool;
        fn op_begins(name: &[u8]) -> bool;
        fn op_ends() -> bool;
        fn module_place(functions: &[u8]) -> String;
        fn source_place(text: &[u8]) -> String;
        fn forward_begins(call: &Call) -> u64;
        fn forward_ends(ticket: u64);
    }

    unsafe extern "C++" {
        include!("memo-torch/cpp/shim.h");

        fn install();
        fn ops_begin(with_places: bool);
        type Places;
        fn ops_end() -> UniquePtr<Places>;
        fn texts(self: &Places) -> Vec<String>;

        type Call;
        fn hash(self: &Call) -> u64;
        fn code_hash(self: &Call) -> u64;
        fn code(self: &Call) -> Result<String>;
        fn weights(self: &Call) -> Result<String>;
        fn inputs(self: &Call) -> Result<Vec<String>>;
        fn watch_forwards();

        type Tensors;
        fn no_tensors() -> UniquePtr<Tensors>;
        fn push(self: Pin<&mut Tensors>, kind: i8, shape: &[i64], bytes: &[u8]) -> Result<()>;
        unsafe fn push_borrowed(
            self: Pin<&mut Tensors>,
            kind: i8,
            shape: &[i64],
            bytes: *const u8,
        ) -> Result<()>;
        fn push_copy(self: Pin<&mut Tensors>, other: &Tensors, idx: usize) -> Result<()>;
        fn append(self: Pin<&mut Tensors>, other: &Tensors);
        fn only(self: &Tensors, idx: usize) -> Result<UniquePtr<Tensors>>;
        fn count(self: &Tensors) -> usize;
        fn kind(self: &Tensors, idx: usize) -> Result<i8>;
        fn shares_memory(self: &Tensors, idx: usize, other: &Tensors, of: usize) -> Result<bool>;
        fn signature(self: &Tensors, idx: usize) -> Result<String>;
        fn shape(self: &Tensors, idx: usize) -> Result<Vec<i64>>;
        fn bytes(self: &Tensors, idx: usize) -> Result<&[u8]>;

        type Module;
        fn load(path: &str) -> Result<UniquePtr<Module>>;
        fn forward(self: &Module, inputs: &Tensors) -> Result<UniquePtr<Tensors>>;
        fn set_threads(count: i32) -> Result<()>;
        fn threads() -> i32;
        fn version() -> String;
        fn configuration() -> String;
    }
}
