//! Ctrl-C. Linux tells in `/proc` when a process is ready for a signal.
#![cfg(target_os = "linux")]

#[expect(dead_code, reason = "each test file uses a part of what they share")]
mod common;

use std::fs;
use std::process::{Command, Stdio};

use common::{Folder, Ran};

const SIGINT: u32 = 2;

/// Too many conflicts for an exact planner to finish: 40 buffers of distinct sizes in a staircase.
fn hard() -> String {
    let row = |idx: u32| {
        format!("{},{},{}", idx % 13, idx % 13 + 3 + idx % 5, 1000 + idx * idx * 7 % 997)
    };
    let rows: Vec<String> = (0..40).map(row).collect();
    format!("lower,upper,size\n{}\n", rows.join("\n"))
}

#[test]
fn the_first_ctrl_c_writes_the_best_so_far() {
    let folder = Folder::new();
    folder.put("hard.csv", &hard());
    let ran = interrupted(&folder, "plan hard.csv --planner ilp -o p.json --json");
    assert_eq!((ran.code, &ran.json()["reason"]), (Some(4), &"cancelled".into()), "{ran:?}");
    assert_eq!(folder.run("check p.json").code, Some(0));
}

#[test]
fn ctrl_c_ends_all_planners_with_what_is_there() {
    let folder = Folder::new();
    folder.put("hard.csv", &hard());
    let ran = interrupted(&folder, "plan hard.csv --all --time-limit 1e9 -o p.json --json");
    assert!([Some(0), Some(4)].contains(&ran.code), "{ran:?}");
    assert_eq!(folder.run("check p.json --json").json()["peak"], ran.json()["peak"]);
}

/// What a run that gets a Ctrl-C as soon as it can take one leaves.
fn interrupted(folder: &Folder, args: &str) -> Ran {
    let mut command = folder.command(args);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    while !catches(child.id(), SIGINT) {
        let ended = child.try_wait().expect("it can be waited for");
        assert!(ended.is_none(), "it ended before it could be interrupted");
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill is there").success());
    Ran::from(child.wait_with_output().expect("it ends"))
}

/// Whether the process handles the signal itself.
fn catches(process: u32, signal: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (signal - 1)) != 0
}
