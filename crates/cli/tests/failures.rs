//! What goes wrong is told with a code, a place and a fix, and nothing is lost.

#[expect(dead_code, reason = "nothing is fed to standard input here")]
mod common;

use std::fs;
use std::process::Stdio;

use common::Folder;
use serde_json::json;

#[test]
fn an_error_names_code_file_line_column_and_fix() {
    let folder = Folder::new();
    folder.put("b.csv", "id,lower,upper,size\n0,0,1,4\n1,0,1,-4\n");
    let plan = folder.run("plan b.csv -o p.json");
    assert_eq!((plan.code, plan.out.as_str()), (Some(2), ""));
    let expected = "error[MALFORMED]: b.csv:3:4: size: `-4` is negative\n  fix: ";
    assert!(plan.err.starts_with(expected), "{plan:?}");
    assert!(!folder.path("p.json").exists());
}

#[test]
fn under_json_the_error_is_the_one_object_on_standard_output() {
    let folder = Folder::new();
    folder.put("b.csv", "id,lower,upper,size\n0,0,1,NaN\n");
    let plan = folder.run("plan b.csv --json");
    assert_eq!((plan.code, plan.err.as_str()), (Some(2), ""));
    let object = plan.json();
    assert_eq!(object["version"], 1);
    let error = &object["error"];
    assert_eq!((&error["code"], &error["number"]), (&json!("MALFORMED"), &json!(503)));
    assert_eq!((&error["file"], &error["line"]), (&json!("b.csv"), &json!(2)));
    assert_eq!((&error["column"], &error["path"]), (&json!(4), &json!(null)));
    assert!(error["message"].is_string() && error["fix"].is_string());
}

#[test]
fn a_plan_edited_so_that_buffers_collide_is_refused_by_every_verb() {
    let folder = Folder::new();
    folder.run("plan a.csv -o p.json");
    let text = folder.text("p.json");
    let start = text.find("\"offsets\": [").expect("the plan has offsets");
    let end = start + text[start..].find(']').expect("a list ends");
    folder.put("p.json", &format!("{}\"offsets\": [8,8,8,8{}", &text[..start], &text[end..]));
    for args in ["check p.json", "show p.json", "draw p.json -o p.svg", "plan p.json -o q.json"] {
        let ran = folder.run(args);
        let expected = if args.starts_with("check") { 1 } else { 2 };
        assert_eq!(ran.code, Some(expected), "{args}: {ran:?}");
        assert!(ran.err.starts_with("error[COLLISION]: p.json: offsets["), "{ran:?}");
    }
    let check = folder.run("check p.json --json");
    assert_eq!((check.code, &check.json()["valid"]), (Some(1), &json!(false)));
    assert_eq!(check.json()["error"]["code"], "COLLISION");
}

#[test]
fn the_wrong_noun_is_told_with_the_command_that_helps() {
    let folder = Folder::new();
    let check = folder.run("check a.csv");
    assert_eq!(check.code, Some(2));
    assert!(check.err.contains("error[WRONG_NOUN]: a.csv: a problem, but a plan is needed"));
    assert!(check.err.contains("fix: memo plan a.csv -o plan.json"));
}

#[test]
fn an_existing_file_is_refused_before_the_work_and_replaced_by_force() {
    let folder = Folder::new();
    folder.put("p.json", "mine");
    // The input does not even exist: the output is looked at first.
    let plan = folder.run("plan missing.csv -o p.json");
    assert_eq!(plan.code, Some(2));
    assert!(plan.err.starts_with("error[FILE_EXISTS]: p.json"), "{plan:?}");
    assert_eq!(folder.text("p.json"), "mine");
    assert_eq!(folder.run("plan a.csv -o p.json --force").code, Some(0));
    assert_eq!(folder.run("check p.json").code, Some(0));
}

#[test]
fn a_missing_input_and_an_unknown_output_are_named() {
    let folder = Folder::new();
    let plan = folder.run("plan missing.csv");
    assert!(plan.err.starts_with("error[IO]: missing.csv: "), "{plan:?}");
    let plan = folder.run("plan a.csv -o p.txt");
    assert!(plan.err.starts_with("error[UNKNOWN_FORMAT]: p.txt: "), "{plan:?}");
    let plan = folder.run("plan a.csv -o none/p.json");
    assert_eq!(plan.code, Some(2));
    assert!(plan.err.contains("error[IO]: none/p.json: "), "{plan:?}");
    let plan = folder.run("plan a.csv -o - --json");
    assert_eq!((plan.code, &plan.json()["error"]["code"]), (Some(2), &json!("BAD_ARGUMENT")));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_an_error() {
    let folder = Folder::new();
    let full = || fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    for args in ["plan a.csv -o -", "completions bash", "plan a.csv --json"] {
        let ran = folder.command(args).stdout(full()).output().expect("memo starts");
        let ran = common::Ran::from(ran);
        assert_eq!(ran.code, Some(2), "{args}: {ran:?}");
        assert!(ran.err.contains("error[IO]: stdout: "), "{args}: {ran:?}");
    }
}

#[test]
fn a_failed_overwrite_keeps_the_old_file() {
    let folder = Folder::new();
    folder.put("p.json", "old");
    folder.put("b.csv", "id,lower,upper,size\n0,0,1");
    assert_eq!(folder.run("plan b.csv -o p.json -f").code, Some(2));
    assert_eq!(folder.text("p.json"), "old");
}

#[test]
fn a_writer_killed_at_work_leaves_the_old_plan_or_the_new_one() {
    let folder = Folder::new();
    let row = |step: u32| format!("{step},{},{}", step + 3, step % 7 + 1);
    let rows: Vec<String> = (0..20_000).map(row).collect();
    folder.put("big.csv", &format!("lower,upper,size\n{}\n", rows.join("\n")));
    folder.run("plan a.csv -o p.json");
    for _ in 0..5 {
        let mut command = folder.command("plan big.csv --planner greedy_by_start -o p.json -f");
        let mut child = command.stderr(Stdio::null()).spawn().expect("memo starts");
        // Killed as soon as it has begun to write, unless it is done before.
        while child.try_wait().expect("memo runs").is_none() && !is_writing(&folder) {}
        child.kill().expect("it can be killed, or has ended");
        child.wait().expect("memo ends");
        let check = folder.run("check p.json --json");
        assert_eq!(check.code, Some(0), "{check:?}");
        assert!([json!(4), json!(20_000)].contains(&check.json()["buffers"]), "{check:?}");
    }
}

/// Whether a temporary file is there.
fn is_writing(folder: &Folder) -> bool {
    let entries = fs::read_dir(folder.path("")).expect("the folder can be read");
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(".part"))
}

#[test]
fn a_missing_folder_is_refused_before_the_work() {
    let folder = Folder::new();
    folder.run("plan a.csv -o p.json");
    for args in ["plan missing.csv -o no/p.json", "draw missing.json -o no/p.svg"] {
        let ran = folder.run(args);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(": its folder does not exist\n  fix: make the folder"), "{ran:?}");
    }
    let svg = folder.run("draw missing.json -o . -f");
    assert!(svg.err.contains("error[UNKNOWN_FORMAT]"), "{svg:?}");
    fs::create_dir(folder.path("d.json")).expect("a folder can be made");
    let ran = folder.run("plan missing.csv -f -o d.json");
    assert!(ran.err.starts_with("error[IO]: d.json: this is a folder"), "{ran:?}");
}

#[test]
fn a_number_of_an_option_is_refused_with_what_it_must_be() {
    let folder = Folder::new();
    for (option, told) in [
        ("--time-limit -1", "expected seconds from 0"),
        ("--time-limit NaN", "expected seconds from 0"),
        ("--time-limit 1e300", "expected seconds from 0"),
        ("--capacity -1", "expected bytes such as"),
        ("--capacity 99999999999999999999", "beyond 2^64 bytes"),
        ("--align 0", "an alignment is at least 1"),
    ] {
        let ran = folder.run(&format!("plan a.csv {option}"));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(told), "{option}: {ran:?}");
    }
    folder.run("plan a.csv -o p.json");
    let show = folder.run("show p.json --width 65535 --height 65535");
    assert_eq!(show.code, Some(2));
    assert!(show.err.contains("20..=1000"), "{show:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf8_are_written_and_told() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let name = OsStr::from_bytes(b"p\xff.json");
    let run = |args: &str, name: &OsStr| {
        common::Ran::from(folder.command(args).arg(name).output().expect("memo starts"))
    };
    let plan = run("plan a.csv --json -o", name);
    assert_eq!((plan.code, &plan.json()["output"]), (Some(0), &json!("p\u{fffd}.json")));
    let check = run("check --json", name);
    assert_eq!((check.code, &check.json()["valid"]), (Some(0), &json!(true)));
    folder.run("plan a.csv -o q.json");
    let draw = run("draw q.json --json -o", OsStr::from_bytes(b"p\xff.svg"));
    assert_eq!((draw.code, &draw.json()["output"]), (Some(0), &json!("p\u{fffd}.svg")));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = Folder::new();
    // More than a pipe holds, so that the write ends after the reader is gone.
    let rows = "a,0,1,64\n".repeat(20_000);
    folder.put("b.csv", &format!("id,lower,upper,size\n{rows}"));
    let mut command = folder.command("plan b.csv -o -");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("memo starts");
    drop(child.stdout.take());
    let ran = common::Ran::from(child.wait_with_output().expect("memo ends"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.err.contains("error"), "{ran:?}");
}
