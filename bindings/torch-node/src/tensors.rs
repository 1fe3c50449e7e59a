//! Tensors in and out.

use memo_torch_c as c;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice};
use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::arrays::Column;

#[napi(js_name = "memo_torch_tensor_copy")]
pub fn copy(
    kind: i32,
    rank: u32,
    shape: Float64ArraySlice,
    byte_count: f64,
    bytes: Uint8ArraySlice,
    tensor: Uint32ArraySlice,
) -> Result<i32> {
    let shape = shape.address("shape", rank)?;
    all_of(&bytes, byte_count)?;
    let tensor = tensor.address("tensor", 1)?;
    // SAFETY: `shape` has `rank` elements, `bytes` has `byte_count`, `tensor` one; JavaScript does not
    // run during the call.
    Ok(unsafe { c::memo_torch_tensor_copy(kind, rank, shape, byte_count, bytes.as_ptr(), tensor) })
}

#[napi(js_name = "memo_torch_tensor_borrow")]
pub fn borrow(
    kind: i32,
    rank: u32,
    shape: Float64ArraySlice,
    byte_count: f64,
    bytes: Uint8ArraySlice,
    tensor: Uint32ArraySlice,
) -> Result<i32> {
    let shape = shape.address("shape", rank)?;
    all_of(&bytes, byte_count)?;
    let tensor = tensor.address("tensor", 1)?;
    // SAFETY: as in `copy`; TypeScript holds the bytes, where nobody else reaches them, until the
    // handle is closed and the run is done.
    Ok(unsafe {
        c::memo_torch_tensor_borrow(kind, rank, shape, byte_count, bytes.as_ptr(), tensor)
    })
}

#[napi(js_name = "memo_torch_tensor_shape")]
pub fn shape(tensor: u32, shape: Uint8ArraySlice) -> Result<i32> {
    let shape = shape.address("shape", 1)?;
    // SAFETY: `shape` has its size.
    Ok(unsafe { c::memo_torch_tensor_shape(tensor, shape) })
}

#[napi(js_name = "memo_torch_tensor_lengths")]
pub fn lengths(tensor: u32, rank: u32, lengths: Float64ArraySlice) -> Result<i32> {
    let lengths = lengths.address("lengths", rank)?;
    // SAFETY: `lengths` has room for `rank` elements.
    Ok(unsafe { c::memo_torch_tensor_lengths(tensor, rank, lengths) })
}

#[napi(js_name = "memo_torch_tensor_read")]
pub fn read(tensor: u32, byte_count: f64, bytes: Uint8ArraySlice) -> Result<i32> {
    all_of(&bytes, byte_count)?;
    // SAFETY: `bytes` has room for `byte_count` bytes.
    Ok(unsafe { c::memo_torch_tensor_read(tensor, byte_count, bytes.as_ptr().cast_mut()) })
}

#[napi(js_name = "memo_torch_tensor_close")]
pub fn close(tensor: u32) -> i32 {
    c::memo_torch_tensor_close(tensor)
}

/// Refuses a number of bytes that is not that of the array: a tensor's may be beyond 32 bits.
fn all_of(bytes: &[u8], byte_count: f64) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "no array has 2^53 bytes")]
    let found = bytes.len() as f64;
    if found.total_cmp(&byte_count).is_eq() {
        return Ok(());
    }
    Err(Error::new(Status::InvalidArg, format!("bytes has {found} bytes of {byte_count}")))
}
