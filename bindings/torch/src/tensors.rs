//! Tensors in and out: bytes of the caller, or of LibTorch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memo_edge::{Failure, Handles, column, column_mut, entry, integer, to_double};
use memo_torch::{Kind, Tensor};

use crate::failure::refused;

/// The type of a tensor's elements, numbered as LibTorch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum MemoTorchKind {
    /// One that is not listed here.
    Other = -1,
    /// Unsigned bytes.
    U8 = 0,
    /// Signed bytes.
    I8 = 1,
    /// Integers of 16 bits.
    I16 = 2,
    /// Integers of 32 bits.
    I32 = 3,
    /// Integers of 64 bits.
    I64 = 4,
    /// IEEE floats of 16 bits.
    F16 = 5,
    /// Floats of 32 bits.
    F32 = 6,
    /// Floats of 64 bits.
    F64 = 7,
    /// Bytes that are 0 or 1.
    Bool = 11,
    /// Floats of 16 bits with the exponent of 32.
    Bf16 = 15,
}

/// What a tensor is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct MemoTorchShape {
    /// The number of its bytes.
    pub byte_count: f64,
    /// A `MemoTorchKind`.
    pub kind: i32,
    /// The number of its dimensions.
    pub rank: u32,
}

static TENSORS: Handles<Held> = Handles::new();

/// A tensor that a caller has a handle of.
pub(crate) struct Held {
    tensor: Mutex<Tensor>,
    /// Its bytes are the caller's.
    pub(crate) is_borrowed: bool,
}

impl Held {
    pub(crate) fn get(handle: u32) -> Result<Arc<Held>, Failure> {
        TENSORS.get(handle)
    }

    pub(crate) fn open(tensor: Tensor, is_borrowed: bool) -> Result<u32, Failure> {
        TENSORS.open(Held { tensor: Mutex::new(tensor), is_borrowed })
    }

    /// Opens all or none.
    pub(crate) fn open_all(tensors: &[Tensor], handles: &mut [u32]) -> Result<(), Failure> {
        for (idx, tensor) in tensors.iter().enumerate() {
            match Held::open(tensor.clone(), false) {
                Ok(handle) => handles[idx] = handle,
                Err(failure) => {
                    handles[..idx].iter().try_for_each(|&opened| TENSORS.close(opened))?;
                    return Err(failure);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn tensor(&self) -> MutexGuard<'_, Tensor> {
        self.tensor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a caller gives for a tensor.
struct Given {
    kind: i32,
    rank: u32,
    shape: *const f64,
    byte_count: f64,
    bytes: *const u8,
}

impl Given {
    /// # Safety
    /// `shape` has `rank` lengths, and `bytes` as many bytes, or they are NULL.
    unsafe fn read<'a>(&self) -> Result<(Kind, Vec<usize>, &'a [u8]), Failure> {
        let kind = Kind::of_number(self.kind).ok_or_else(|| {
            Failure::bad_argument(format!("kind {} is none of MemoTorchKind", self.kind))
        })?;
        // SAFETY: the caller's promise.
        let shape = unsafe { column("shape", self.shape, self.rank) }?;
        let shape =
            shape.iter().map(|&length| usize_of("length", length)).collect::<Result<_, _>>()?;
        let byte_count = usize_of("byte_count", self.byte_count)?;
        if byte_count == 0 {
            return Ok((kind, shape, &[]));
        }
        if self.bytes.is_null() {
            return Err(Failure::bad_argument("bytes is NULL"));
        }
        // SAFETY: not NULL, and of as many bytes by the caller's promise.
        Ok((kind, shape, unsafe { std::slice::from_raw_parts(self.bytes, byte_count) }))
    }

    /// # Safety
    /// As [`memo_torch_tensor_copy`], or as [`memo_torch_tensor_borrow`].
    unsafe fn open(&self, tensor: *mut u32, is_borrowed: bool) -> i32 {
        entry(|| {
            // SAFETY: the caller's promise.
            let handle = unsafe { column_mut("tensor", tensor, 1) }?;
            // SAFETY: the caller's promise.
            let (kind, shape, bytes) = unsafe { self.read() }?;
            let made = if is_borrowed {
                // SAFETY: the caller's promise.
                unsafe { Tensor::borrowed(kind, &shape, bytes) }
            } else {
                Tensor::from_bytes(kind, &shape, bytes)
            };
            handle[0] = Held::open(made.map_err(|error| refused(&error))?, is_borrowed)?;
            Ok(())
        })
    }
}

/// A tensor with a copy of `byte_count` bytes, row by row, of a `MemoTorchKind` and `rank` lengths.
/// Writes a handle, to be closed with [`memo_torch_tensor_close`].
///
/// # Safety
/// `shape` has `rank` elements, `bytes` has `byte_count`; `tensor` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_tensor_copy(
    kind: i32,
    rank: u32,
    shape: *const f64,
    byte_count: f64,
    bytes: *const u8,
    tensor: *mut u32,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { Given { kind, rank, shape, byte_count, bytes }.open(tensor, false) }
}

/// As [`memo_torch_tensor_copy`], but the bytes stay where they are. Results of a run that lie in
/// them are copied.
///
/// # Safety
/// As [`memo_torch_tensor_copy`]. The bytes stay, and nobody writes to them, until the handle is
/// closed and every run with it is done; the model neither writes to its inputs nor keeps them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_tensor_borrow(
    kind: i32,
    rank: u32,
    shape: *const f64,
    byte_count: f64,
    bytes: *const u8,
    tensor: *mut u32,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { Given { kind, rank, shape, byte_count, bytes }.open(tensor, true) }
}

/// Writes what a tensor is.
///
/// # Safety
/// `shape` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_tensor_shape(tensor: u32, shape: *mut MemoTorchShape) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { column_mut("shape", shape, 1) }?;
        let held = Held::get(tensor)?;
        let tensor = held.tensor();
        let bytes = tensor.bytes().map_err(|error| refused(&error))?;
        to[0] = MemoTorchShape {
            byte_count: to_double("byte_count", bytes.len() as u64)?,
            kind: tensor.kind().map_or(-1, |kind| kind.number().into()),
            rank: u32::try_from(tensor.shape().len()).unwrap_or(u32::MAX),
        };
        Ok(())
    })
}

/// Copies the lengths of a tensor's dimensions out.
///
/// # Safety
/// `lengths` has room for `rank` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_tensor_lengths(
    tensor: u32,
    rank: u32,
    lengths: *mut f64,
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let room = unsafe { column_mut("lengths", lengths, rank) }?;
        let found = Held::get(tensor)?.tensor().shape();
        if found.len() != room.len() {
            let message = format!("the tensor has {} lengths, not {rank}", found.len());
            return Err(Failure::bad_argument(message));
        }
        for (to, length) in room.iter_mut().zip(found) {
            *to = to_double("length", length.unsigned_abs())?;
        }
        Ok(())
    })
}

/// Writes where the bytes of a tensor are, row by row. They stay until its handle is closed.
///
/// # Safety
/// `bytes` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_tensor_bytes(tensor: u32, bytes: *mut *const u8) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { column_mut("bytes", bytes, 1) }?;
        let held = Held::get(tensor)?;
        to[0] = held.tensor().bytes().map_err(|error| refused(&error))?.as_ptr();
        Ok(())
    })
}

/// Copies the bytes of a tensor out, row by row.
///
/// # Safety
/// `bytes` has room for `byte_count` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_tensor_read(
    tensor: u32,
    byte_count: f64,
    bytes: *mut u8,
) -> i32 {
    entry(|| {
        let held = Held::get(tensor)?;
        let tensor = held.tensor();
        let from = tensor.bytes().map_err(|error| refused(&error))?;
        if usize_of("byte_count", byte_count)? != from.len() {
            let message = format!("the tensor has {} bytes, not {byte_count}", from.len());
            return Err(Failure::bad_argument(message));
        }
        if from.is_empty() {
            return Ok(());
        }
        if bytes.is_null() {
            return Err(Failure::bad_argument("bytes is NULL"));
        }
        // SAFETY: both have as many bytes, and the caller's are not LibTorch's.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), bytes, from.len()) };
        Ok(())
    })
}

/// Closes a tensor. Its handle is refused from then on.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_tensor_close(tensor: u32) -> i32 {
    entry(|| TENSORS.close(tensor))
}

fn usize_of(name: &str, number: f64) -> Result<usize, Failure> {
    let number = integer(name, number)?;
    usize::try_from(number)
        .map_err(|_| Failure::bad_argument(format!("{name} {number} is beyond this machine")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_the_crate() {
        use MemoTorchKind::{Bf16, Bool, F16, F32, F64, I8, I16, I32, I64, Other, U8};
        let kinds = [U8, I8, I16, I32, I64, F16, F32, F64, Bool, Bf16];
        let numbers = kinds.map(|kind| kind as i32);
        let known: Vec<i32> = Kind::ALL.iter().map(|kind| kind.number().into()).collect();
        assert_eq!(known, numbers);
        assert_eq!(Kind::of_number(Other as i32), None);
        for (ours, theirs) in kinds.iter().zip(Kind::ALL) {
            assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        }
    }
}
