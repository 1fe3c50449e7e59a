//! `memo.h` is what this crate says. `MEMO_BLESS=1 cargo test -p memo-malloc-c` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../edge/tests/header/mod.rs"]
mod header;

use cbindgen::Config;

const TOP: &str = "\
/* The C ABI of memo-malloc: memory planning, lifetimes in, offsets out.
 *
 * A problem is opened from columns, bound by ties, spread over tiers, planned at once or on a thread
 * of its own, written, and closed. Bytes are `double`, exact up to 2^53 - 1; anything else is
 * refused. Every function that returns int32_t returns 0 or the number of a documented code; memo_last_error gives the text of the calling thread's last failure.
 * Every function may be called from any thread.
 *
 * Generated from bindings/c: change it there. SPDX-License-Identifier: MIT OR Apache-2.0 */";

#[test]
fn the_header_is_current() {
    let config = Config {
        header: Some(TOP.to_owned()),
        include_guard: Some("MEMO_H".to_owned()),
        ..header::config()
    };
    header::is_current("memo.h", config);
}
