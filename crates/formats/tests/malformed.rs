//! Files that must be refused: with which code, and at which place.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use memo_formats::{Error, Place, read_bytes};

fn refused(bytes: &[u8]) -> Error {
    read_bytes("file", bytes).expect_err("this file must be refused")
}

/// Each text is refused with this code at this place.
fn table(cases: &[(&str, &str, &str)]) {
    for (text, code, place) in cases {
        let error = refused(text.as_bytes());
        let found = match error.place() {
            Place::File => String::new(),
            Place::Line { line, column: None } => format!("{line}"),
            Place::Line { line, column: Some(column) } => format!("{line}:{column}"),
            Place::Path(path) => path.clone(),
            Place::Byte(byte) => format!("byte {byte}"),
        };
        assert_eq!((error.code().name(), &*found), (*code, *place), "{text:?}: {error}");
        assert!(!error.fix().is_empty());
        assert!(error.to_string().starts_with("file"), "{error}");
    }
}

#[test]
fn csv_headers() {
    table(&[
        ("", "MALFORMED", ""),
        (" \n\t\n", "MALFORMED", ""),
        ("# nothing\n# else\n", "MALFORMED", ""),
        ("0,1,2,3\n", "MALFORMED", "1"),
        ("id,lower,upper\n", "MALFORMED", "1"),
        ("id,upper,size\n", "MALFORMED", "1"),
        ("# note\nid,lower,size\n", "MALFORMED", "2"),
        ("id,lower,upper,end,size\n", "MALFORMED", "1"),
        ("id,lower,upper,size,size\n", "MALFORMED", "1"),
        ("hello\n", "MALFORMED", "1"),
        ("id;lower;upper;size\n", "MALFORMED", "1"),
    ]);
}

#[test]
fn csv_cells() {
    let header = "id,lower,upper,size,alignment,gaps\n";
    let cases = [
        ("a,0,1,-4,,\n", "MALFORMED", "2:4"),
        ("a,0,1,4.5,,\n", "MALFORMED", "2:4"),
        ("a,0,1,1e3,,\n", "MALFORMED", "2:4"),
        ("a,0,1,NaN,,\n", "MALFORMED", "2:4"),
        ("a,0,1,inf,,\n", "MALFORMED", "2:4"),
        ("a,0,1,,,\n", "MALFORMED", "2:4"),
        ("a,0,1,x,,\n", "MALFORMED", "2:4"),
        ("a,0,1,18446744073709551616,,\n", "MALFORMED", "2:4"),
        ("a,0,4294967296,4,,\n", "MALFORMED", "2:3"),
        ("a,0;1,2;3,4,,\n", "MALFORMED", "2:3"),
        ("a,0,1,4,zero,\n", "MALFORMED", "2:5"),
        ("a,0,9,4,,2\n", "MALFORMED", "2:6"),
        ("a,0,9,4,,2-x\n", "MALFORMED", "2:6"),
        ("a,0,9,4,,2-3@1:4\n", "MALFORMED", "2:6"),
        ("a,0,9,4,,0-3\n", "EMPTY_LIFETIME", "2"),
        ("a,0,9,4,,3-9\n", "EMPTY_LIFETIME", "2"),
        ("a,0,9,4,,5-6 2-3\n", "BAD_INTERVAL", "2"),
        ("a,0,1,4\n", "MALFORMED", "2"),
        ("a,0,1,4,,,\n", "MALFORMED", "2"),
        ("a,0,1,4,0,\n", "BAD_ALIGNMENT", "2"),
        ("a,3,3,4,,\n", "EMPTY_LIFETIME", "2"),
        ("a,0,1,4,,\nb,4,3,4,,\n", "EMPTY_LIFETIME", "3"),
        ("a,0,1,9223372036854775808,,\n", "TOO_LARGE", "2"),
        ("a,0,1,9223372036854775807,,\nb,0,1,1,,\n", "TOO_LARGE", "3"),
    ];
    for (row, code, place) in cases {
        table(&[(&format!("{header}{row}"), code, place)]);
    }
}

#[test]
fn csv_lines_are_counted_over_comments_blank_lines_and_any_line_ends() {
    table(&[
        ("# a\n\nid,lower,upper,size\n\n# b\n0,1,0,4", "EMPTY_LIFETIME", "6"),
        ("# a\r\n\r\nid,lower,upper,size\r\n\r\n# b\r\n0,1,0,4\r\n", "EMPTY_LIFETIME", "6"),
        ("\u{feff}id,lower,upper,size\n0,0,1,4\n0,1,0,4\n", "EMPTY_LIFETIME", "3"),
        ("id,lower,upper,size\n\"a\nb\",0,1,4\nc,1,0,4\n", "EMPTY_LIFETIME", "4"),
    ]);
}

#[test]
fn csv_quotes_that_never_end_swallow_no_buffers() {
    table(&[
        ("id,lower,upper,size,\"note\na,0,1,64,x\n", "MALFORMED", "1:5"),
        ("id,lower,upper,size,note\na,0,1,64,\"x\nb,0,1,64,y\n", "MALFORMED", "2:5"),
        ("id,lower,upper,size,note\na,0,1,64,\"x\nb,0,1,64,y", "MALFORMED", "2:5"),
        ("id,lower,upper,size\n\"a,0,1,64\nb,0,1,64\n", "MALFORMED", "2:1"),
        ("id,lower,upper,size\na,0,1,\"", "MALFORMED", "2:4"),
        ("\"", "MALFORMED", "1:1"),
    ]);
    assert_eq!(refused(b"\"").message(), "a quoted field has no closing quote");
    let closed = "id,lower,upper,size,note\na,0,1,64,\"say \"\"x\"\"\n#end\"\n";
    assert!(read_bytes("file", closed.as_bytes()).is_ok());
}

#[test]
fn messages_show_what_was_found_on_one_short_line() {
    let message = |text: &str| refused(text.as_bytes()).message().to_owned();
    let cell = |cell: &str| message(&format!("id,lower,upper,size\na,0,1,{cell}\n"));
    assert_eq!(cell("\u{1b}[2J4"), "size: `\u{fffd}[2J4` is not a number");
    assert_eq!(cell(&"9".repeat(100)), format!("size: `{}…` is beyond 2^64 - 1", "9".repeat(60)));
    assert_eq!(cell("\"1,000\""), "size: `1,000` is not a number");
    assert_eq!(message("a,0,1,4\n"), "the first row holds none of the known column names");
    let no_version = "{\"format\":\"memo-plan\",\"version\":1}";
    assert_eq!(message(no_version), "missing field `peak`");
    assert_eq!(message("{\"format\":NaN}"), "expected value");
}

#[test]
fn an_inclusive_end_past_the_last_step() {
    table(&[("id,start,end,size\n0,0,4294967295,1\n", "MALFORMED", "2:3")]);
}

#[test]
fn csv_plans_are_judged() {
    let header = "id,lower,upper,size,offset,alignment\n";
    for (rows, code, place) in [
        ("a,0,2,4,0,\nb,1,3,4,3,\n", "COLLISION", "3"),
        ("a,0,2,4,1,8\n", "OFFSET_MISALIGNED", "2"),
        ("a,0,2,4,18446744073709551615,\n", "OVER_CAPACITY", "2"),
        ("a,0,2,4,,\nb,1,3,4,3,8\n", "PIN_MISALIGNED", "3"),
    ] {
        table(&[(&format!("{header}{rows}"), code, place)]);
    }
}

#[test]
fn no_known_format() {
    table(&[
        ("[1,2]", "UNKNOWN_FORMAT", ""),
        ("{}", "UNKNOWN_FORMAT", ""),
        ("{\"format\":\"other\"}", "UNKNOWN_FORMAT", "format"),
        ("{\"format\":\"memo-plan\"}", "MALFORMED", ""),
        ("{\"format\":\"memo-plan\",\"version\":1}", "MALFORMED", "1:34"),
        ("{\"format\":\"memo-plan\",\"version\":3}", "FORMAT_VERSION", "version"),
        ("{\"format\":\"memo-plan\",\"version\":-1}", "MALFORMED", "version"),
        ("a\0b", "UNKNOWN_FORMAT", ""),
    ]);
    assert_eq!(refused(b"id\n\xff\xfe").code().name(), "UNKNOWN_FORMAT");
}

fn problem(buffers: &str) -> String {
    format!(r#"{{"format":"memo-problem","version":1,"buffers":{{{buffers}}}}}"#)
}

#[test]
fn json_problems() {
    let cases = [
        (r#""size":[1],"start":[0]"#, "MALFORMED", "buffers"),
        (r#""size":[-1],"start":[0],"end":[1]"#, "MALFORMED", "buffers.size[0]"),
        (r#""size":[1.5],"start":[0],"end":[1]"#, "MALFORMED", "buffers.size[0]"),
        (r#""size":["1"],"start":[0],"end":[1]"#, "MALFORMED", "buffers.size[0]"),
        (r#""size":[1,2],"start":[0,0],"end":[1,4294967296]"#, "MALFORMED", "buffers.end[1]"),
        (r#""size":[1,2],"start":[0],"end":[1,2]"#, "MALFORMED", "buffers.start"),
        (r#""size":[1],"start":[0],"end":[1],"pin":[null,1]"#, "MALFORMED", "buffers.pin"),
        (r#""size":[1],"start":[1],"end":[1]"#, "EMPTY_LIFETIME", "buffers[0]"),
        (r#""size":[1],"start":[0],"end":[1],"op":[0]"#, "UNKNOWN_OP", "buffers[0]"),
        (r#""size":[9223372036854775807,1],"start":[0,0],"end":[1,1]"#, "TOO_LARGE", "buffers[1]"),
        (r#""size":[1],"start":[0],"end":[1],"alignment":[0]"#, "BAD_ALIGNMENT", "buffers[0]"),
    ];
    for (buffers, code, place) in cases {
        table(&[(&problem(buffers), code, place)]);
    }
    table(&[
        ("{\"format\":\"memo-problem\",\"version\":1,\n\"buffers\":NaN}", "MALFORMED", "2:11"),
        ("{\"format\":\"memo-problem\",\"version\":1,\n", "MALFORMED", "2"),
    ]);
}

fn plan(fields: &str) -> String {
    let problem = r#"{"capacity":16,"buffers":{"size":[4,4],"start":[0,1],"end":[2,3]}}"#;
    format!(r#"{{"format":"memo-plan","version":1,{fields},"problem":{problem}}}"#)
}

#[test]
fn json_plans_are_judged() {
    let bound = r#""lower_bound":8,"certificate":{"kind":"max-load","step":1}"#;
    let key = r#"{"model":"","inputs":[],"threads":1,"runtime":"","cpu":""}"#;
    let run = |requests: &str| {
        plan(&format!(
            r#""peak":8,{bound},"offsets":[0,4],"run":{{"key":{key},"requests":{requests}}}"#
        ))
    };
    assert!(read_bytes("file", run(r#"{"size":[4,9,4],"slot":[0,null,1]}"#).as_bytes()).is_ok());
    let cases = [
        (plan(&format!(r#""peak":7,{bound},"offsets":[0,3]"#)), "COLLISION", "offsets[1]"),
        (plan(&format!(r#""peak":9,{bound},"offsets":[0,4]"#)), "PEAK_WRONG", "peak"),
        (plan(&format!(r#""peak":8,{bound},"offsets":[0]"#)), "OFFSET_COUNT", "offsets"),
        (plan(&format!(r#""peak":24,{bound},"offsets":[0,20]"#)), "OVER_CAPACITY", "offsets[1]"),
        (
            plan(
                r#""peak":8,"lower_bound":7,"certificate":{"kind":"max-load","step":1},"offsets":[0,4]"#,
            ),
            "BOUND_WRONG",
            "lower_bound",
        ),
        (
            plan(r#""peak":8,"lower_bound":8,"certificate":{"kind":"hope"},"offsets":[0,4]"#),
            "MALFORMED",
            "certificate.kind",
        ),
        (run(r#"{"size":[4,4],"slot":[0,0]}"#), "REQUEST_MISMATCH", "run.requests[1]"),
        (run(r#"{"size":[4],"slot":[0]}"#), "REQUEST_COUNT", "run.requests"),
        (run(r#"{"size":[4,4],"slot":[0]}"#), "MALFORMED", "run.requests.slot"),
    ];
    for (text, code, place) in &cases {
        table(&[(text, code, place)]);
    }
}

#[test]
fn json_traces() {
    let trace = |alignment: u8, events: &str| {
        let key = r#"{"model":"","inputs":[],"threads":1,"runtime":"","cpu":""}"#;
        let ops = r#"{"name":["a"],"place":[""],"ordinal":[0]}"#;
        format!(
            r#"{{"format":"memo-trace","version":1,"key":{key},"alignment":{alignment},"ops":{ops},"events":{{{events}}}}}"#
        )
    };
    for (alignment, events, code, place) in [
        (0, r#""kind":"","value":[]"#, "BAD_ALIGNMENT", "alignment"),
        (1, r#""kind":"a","value":[]"#, "MALFORMED", "events.value"),
        (1, r#""kind":"a","value":[1],"thread":[0,0]"#, "MALFORMED", "events.thread"),
        (1, r#""kind":"x","value":[1]"#, "MALFORMED", "events[0]"),
        (1, r#""kind":"ab","value":[1,1]"#, "MALFORMED", "events[1]"),
        (1, r#""kind":"af","value":[1,1]"#, "MALFORMED", "events[1]"),
        (1, r#""kind":"é","value":[1,1]"#, "MALFORMED", "events[0]"),
    ] {
        table(&[(&trace(alignment, events), code, place)]);
    }
}

#[test]
fn every_cut_of_a_plan_is_refused() {
    let whole = plan(
        r#""peak":8,"lower_bound":8,"certificate":{"kind":"max-load","step":1},"offsets":[0,4]"#,
    );
    assert!(read_bytes("file", whole.as_bytes()).is_ok());
    for cut in 0..whole.len() {
        assert_eq!(refused(&whole.as_bytes()[..cut]).code().name(), "MALFORMED", "{cut}");
    }
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).and_then(|()| encoder.finish()).expect("memory can be written")
}

#[test]
fn every_cut_of_a_compressed_file_is_refused() {
    let whole = packed(b"id,lower,upper,size\n0,0,1,4\n1,0,1,4\n");
    assert!(read_bytes("file", &whole).is_ok());
    for cut in 2..whole.len() {
        assert_eq!(refused(&whole[..cut]).code().name(), "MALFORMED", "{cut}");
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep =
        format!(r#"{{"format":"memo-problem","version":1,"buffers":{}"#, "[".repeat(1 << 20));
    assert_eq!(refused(deep.as_bytes()).code().name(), "MALFORMED");
    let unknown = format!(r#"{{"x":{}"#, "[".repeat(1 << 20));
    assert_eq!(refused(unknown.as_bytes()).code().name(), "MALFORMED");
}
