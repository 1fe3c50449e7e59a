//! Typed arrays as the addresses that the C functions take.

use napi::bindgen_prelude::{
    BigUint64ArraySlice, Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice,
};
use napi::{Error, Result, Status};

/// A typed array of which the C side wants `count` elements of `T`.
pub(crate) trait Column {
    /// The address, once the array is known to be long enough.
    fn address<T>(&self, name: &str, count: u32) -> Result<*mut T>;
}

macro_rules! column {
    ($($array:ident)+) => {$(
        impl Column for $array<'_> {
            fn address<T>(&self, name: &str, count: u32) -> Result<*mut T> {
                let needed = count as usize * size_of::<T>();
                let found = size_of_val::<[_]>(self);
                if found < needed {
                    let text = format!("{name} has {found} bytes of {needed}");
                    return Err(Error::new(Status::InvalidArg, text));
                }
                Ok(self.as_ptr().cast_mut().cast())
            }
        }
    )+};
}

column!(BigUint64ArraySlice Float64ArraySlice Uint32ArraySlice Uint8ArraySlice);

/// The address of an array that may be left out, NULL when it is.
pub(crate) fn optional<T>(array: Option<&impl Column>, name: &str, count: u32) -> Result<*mut T> {
    array.map_or(Ok(std::ptr::null_mut()), |array| array.address(name, count))
}

/// The bytes of a text that C can read to its end.
pub(crate) fn terminated<'a>(text: &'a [u8], name: &str) -> Result<&'a [u8]> {
    if text.contains(&0) {
        return Ok(text);
    }
    Err(Error::new(Status::InvalidArg, format!("{name} does not end in NUL")))
}
