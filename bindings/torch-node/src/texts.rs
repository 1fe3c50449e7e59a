//! The ABI's version, codes and the text of the last failure.

use memo_torch_c as c;
use napi::Result;
use napi::bindgen_prelude::Uint8ArraySlice;
use napi_derive::napi;

use crate::arrays::Column;

#[napi(js_name = "memo_torch_abi_version")]
pub fn abi_version() -> u32 {
    c::memo_torch_abi_version()
}

#[napi(js_name = "memo_torch_code_name")]
pub fn code_name(code: i32, name: Uint8ArraySlice, capacity: u32) -> Result<u32> {
    let name = name.address("name", capacity)?;
    // SAFETY: `name` has room for `capacity` bytes.
    Ok(unsafe { c::memo_torch_code_name(code, name, capacity) })
}

#[napi(js_name = "memo_torch_last_error")]
pub fn last_error(text: Uint8ArraySlice, capacity: u32) -> Result<u32> {
    let text = text.address("text", capacity)?;
    // SAFETY: `text` has room for `capacity` bytes.
    Ok(unsafe { c::memo_torch_last_error(text, capacity) })
}

#[napi(js_name = "memo_torch_version")]
pub fn version(text: Uint8ArraySlice, capacity: u32) -> Result<u32> {
    let text = text.address("text", capacity)?;
    // SAFETY: `text` has room for `capacity` bytes.
    Ok(unsafe { c::memo_torch_version(text, capacity) })
}
