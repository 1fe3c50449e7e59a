//! Tensors, as far as they are needed to feed a model and to compare what it says.

use std::fmt;

use cxx::UniquePtr;
use memo_malloc::Code;

use crate::bridge::ffi;
use crate::{Error, Kind};

/// One dense tensor in memory. A clone shares its bytes.
pub struct Tensor {
    // Always exactly one tensor.
    pub(crate) list: UniquePtr<ffi::Tensors>,
}

// SAFETY: LibTorch counts references to a tensor atomically, and nothing here depends on a thread.
unsafe impl Send for Tensor {}

impl Tensor {
    /// An `f32` tensor of these values, row by row.
    ///
    /// # Errors
    /// `RUN_FAILED` when shape and values do not go together, or memory is short.
    pub fn from_f32(shape: &[usize], values: &[f32]) -> Result<Tensor, Error> {
        // SAFETY: any float is four bytes, and a byte needs no alignment.
        let bytes = unsafe {
            std::slice::from_raw_parts(values.as_ptr().cast::<u8>(), size_of_val(values))
        };
        Tensor::from_bytes(Kind::F32, shape, bytes)
    }

    /// A tensor with a copy of these bytes, row by row.
    ///
    /// # Errors
    /// `RUN_FAILED` when kind, shape and bytes do not go together, or memory is short.
    pub fn from_bytes(kind: Kind, shape: &[usize], bytes: &[u8]) -> Result<Tensor, Error> {
        let lengths = lengths(kind, shape, bytes)?;
        let mut list = ffi::no_tensors();
        list.pin_mut().push(kind.number(), &lengths, bytes).map_err(|e| refused(&e))?;
        Ok(Tensor { list })
    }

    /// A tensor of these bytes, where they are.
    ///
    /// # Errors
    /// `RUN_FAILED` when kind, shape and bytes do not go together, or the bytes are not aligned.
    ///
    /// # Safety
    /// The bytes stay, and nobody writes to them, as long as the tensor or one that shares its
    /// memory is used.
    pub unsafe fn borrowed(kind: Kind, shape: &[usize], bytes: &[u8]) -> Result<Tensor, Error> {
        let lengths = lengths(kind, shape, bytes)?;
        if !bytes.as_ptr().addr().is_multiple_of(kind.size()) {
            let message = format!("the bytes are not aligned to those of {kind:?}");
            return Err(Error::new(Code::RunFailed, message));
        }
        let mut list = ffi::no_tensors();
        // SAFETY: the caller's promise; there are as many bytes as kind and shape say.
        let pushed =
            unsafe { list.pin_mut().push_borrowed(kind.number(), &lengths, bytes.as_ptr()) };
        pushed.map_err(|error| refused(&error))?;
        Ok(Tensor { list })
    }

    /// The same values in memory of their own.
    ///
    /// # Errors
    /// `RUN_FAILED` when memory is short.
    pub fn copied(&self) -> Result<Tensor, Error> {
        let mut list = ffi::no_tensors();
        list.pin_mut().push_copy(&self.list, 0).map_err(|error| refused(&error))?;
        Ok(Tensor { list })
    }

    /// Whether both are of one block of memory.
    pub fn shares_memory(&self, other: &Tensor) -> bool {
        self.list.shares_memory(0, &other.list, 0).unwrap_or(false)
    }

    /// The type of its elements; `None` for types that are not listed.
    pub fn kind(&self) -> Option<Kind> {
        self.list.kind(0).ok().and_then(|number| Kind::of_number(number.into()))
    }

    /// An `f32` tensor of values in [−1, 1) that depend on the seed only.
    ///
    /// # Errors
    /// `RUN_FAILED` when memory is short.
    pub fn from_seed(shape: &[usize], seed: u64) -> Result<Tensor, Error> {
        let no_room = || Error::new(Code::RunFailed, format!("no memory for shape {shape:?}"));
        let element_count = element_count(shape).ok_or_else(no_room)?;
        let mut values = Vec::new();
        values.try_reserve_exact(element_count).map_err(|_| no_room())?;
        values.extend(uniform(seed).take(element_count));
        Tensor::from_f32(shape, &values)
    }

    /// Element type and shape as in a [`Key`](memo_malloc::Key), for example `f32[1,3,224,224]`.
    pub fn signature(&self) -> String {
        self.list.signature(0).unwrap_or_default()
    }

    /// The lengths of its dimensions.
    pub fn shape(&self) -> Vec<i64> {
        self.list.shape(0).unwrap_or_default()
    }

    /// Its bytes, row by row.
    ///
    /// # Errors
    /// `RUN_FAILED` when they lie otherwise and there is no memory to put them in order.
    pub fn bytes(&self) -> Result<&[u8], Error> {
        self.list.bytes(0).map_err(|error| refused(&error))
    }

    /// Whether type, shape and every bit are the same.
    ///
    /// # Errors
    /// As [`Tensor::bytes`].
    pub fn bit_equal(&self, other: &Tensor) -> Result<bool, Error> {
        Ok(self.signature() == other.signature() && self.bytes()? == other.bytes()?)
    }
}

impl Clone for Tensor {
    fn clone(&self) -> Tensor {
        let mut list = ffi::no_tensors();
        list.pin_mut().append(&self.list);
        Tensor { list }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor({})", self.signature())
    }
}

fn refused(error: &cxx::Exception) -> Error {
    Error::thrown(Code::RunFailed, error)
}

/// A shape for LibTorch, if it is that of these bytes.
fn lengths(kind: Kind, shape: &[usize], bytes: &[u8]) -> Result<Vec<i64>, Error> {
    let expected = element_count(shape).and_then(|count| count.checked_mul(kind.size()));
    if expected != Some(bytes.len()) {
        let message = format!("a {kind:?} of shape {shape:?} does not have {} bytes", bytes.len());
        return Err(Error::new(Code::RunFailed, message));
    }
    // A length that has as many values in memory fits an i64, and beside a 0 any does.
    Ok(shape.iter().map(|&n| n.cast_signed() as i64).collect())
}

/// The product of the lengths; none beyond `usize`.
fn element_count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |product, &n| product.checked_mul(n))
}

/// `SplitMix64`, of which 24 bits make a float.
fn uniform(seed: u64) -> impl Iterator<Item = f32> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        #[expect(clippy::cast_precision_loss, reason = "24 bits fit an f32 exactly")]
        let fraction = ((mixed ^ (mixed >> 31)) >> 40) as f32 / 8_388_608.0;
        fraction - 1.0
    })
}
