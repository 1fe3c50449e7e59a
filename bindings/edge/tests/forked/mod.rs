//! What only the child of a fork can show.

/// What this says in a process forked from this one; false if it has not returned for long.
pub(crate) fn forked(run: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child runs `run` on its only thread and leaves without destructors.
    match unsafe { libc::fork() } {
        -1 => false,
        0 => {
            // SAFETY: no conditions.
            unsafe { libc::alarm(60) };
            let code = i32::from(!run());
            // SAFETY: no conditions.
            unsafe { libc::_exit(code) }
        }
        child => {
            let mut status = 0;
            // SAFETY: our child, and a pointer to a whole status.
            (unsafe { libc::waitpid(child, &raw mut status, 0) }) == child && status == 0
        }
    }
}
