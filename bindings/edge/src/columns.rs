//! Columns of a caller: a pointer and a count.

use crate::Failure;

/// The elements at `at`.
///
/// # Errors
/// `BAD_ARGUMENT` when it is NULL while there are elements, or not aligned.
///
/// # Safety
/// `at` is NULL or points to `count` elements that nobody writes for `'a`.
pub unsafe fn column<'a, T>(name: &str, at: *const T, count: u32) -> Result<&'a [T], Failure> {
    // SAFETY: the caller's promise.
    let column = unsafe { optional_column(name, at, count) }?;
    if count == 0 { Ok(&[]) } else { column.ok_or_else(|| null(name, count)) }
}

/// The elements at `at`, `None` for NULL.
///
/// # Errors
/// `BAD_ARGUMENT` when it is not aligned.
///
/// # Safety
/// As [`column()`].
pub unsafe fn optional_column<'a, T>(
    name: &str,
    at: *const T,
    count: u32,
) -> Result<Option<&'a [T]>, Failure> {
    if at.is_null() || count == 0 {
        return Ok(None);
    }
    if !at.is_aligned() {
        return Err(misaligned(name));
    }
    // SAFETY: not NULL, aligned, and of `count` elements by the caller's promise.
    Ok(Some(unsafe { std::slice::from_raw_parts(at, count as usize) }))
}

/// The elements at `at`, to be written.
///
/// # Errors
/// As [`column()`].
///
/// # Safety
/// `at` is NULL or points to `count` elements that nobody else uses for `'a`.
pub unsafe fn column_mut<'a, T>(
    name: &str,
    at: *mut T,
    count: u32,
) -> Result<&'a mut [T], Failure> {
    if count == 0 {
        return Ok(&mut []);
    }
    if at.is_null() {
        return Err(null(name, count));
    }
    if !at.is_aligned() {
        return Err(misaligned(name));
    }
    // SAFETY: not NULL, aligned, and of `count` elements by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts_mut(at, count as usize) })
}

fn null(name: &str, count: u32) -> Failure {
    Failure::bad_argument(format!("{name} is NULL; elements expected: {count}"))
}

fn misaligned(name: &str) -> Failure {
    Failure::bad_argument(format!("{name} is not aligned to its element type"))
}
