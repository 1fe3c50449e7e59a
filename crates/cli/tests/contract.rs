//! The contract others script against: arguments, files, exit codes.

mod common;

use common::{CSV, Folder};
use serde_json::json;

#[test]
fn plan_writes_what_check_accepts_in_every_format() {
    let folder = Folder::new();
    for name in ["p.json", "p.json.gz", "p.csv", "p.csv.gz"] {
        let plan = folder.run(&format!("plan a.csv -o {name}"));
        assert_eq!((plan.code, plan.out.as_str()), (Some(0), ""), "{plan:?}");
        assert!(plan.err.contains("12 B") && plan.err.contains("optimal"), "{plan:?}");
        let check = folder.run(&format!("check {name}"));
        assert_eq!(check.code, Some(0), "{check:?}");
        assert!(check.out.contains("valid: 4 buffers, peak 12 B"));
        let again = folder.run(&format!("plan {name} -o again.json -f"));
        assert_eq!(again.code, Some(0), "{again:?}");
    }
}

#[test]
fn a_dash_is_standard_input_and_output() {
    let folder = Folder::new();
    let plan = folder.feed("plan - -o -", CSV);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert_eq!(folder.feed("check -", &plan.out).code, Some(0));
    let csv = folder.feed("plan - -o - --format csv", CSV);
    assert!(csv.out.starts_with("id,lower,upper,size,offset\n"), "{csv:?}");
    assert_eq!(csv.out.lines().count(), 5);
    assert_eq!(folder.feed("check - --json", &csv.out).json()["peak"], 12);
}

#[test]
fn a_strict_csv_plan_has_the_columns_and_line_ends_of_minimalloc() {
    let folder = Folder::new();
    folder.put("b.csv", "# note\r\nend,begin,size,buffer,extra\r\n2,0,4,x,1\r\n");
    let plan = folder.run("plan b.csv -o p.csv");
    assert!(plan.err.contains("b.csv:2: column `extra` is unknown"), "{plan:?}");
    assert_eq!(folder.text("p.csv"), "id,lower,upper,size,offset\nx,0,3,4,0\n");
}

#[test]
fn align_and_capacity_take_units() {
    let folder = Folder::new();
    let plan = folder.run("plan a.csv --align 1KiB --capacity 1MiB -o p.json --json");
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert_eq!(plan.json()["peak"], 2052);
    assert_eq!(plan.json()["capacity"], 1 << 20);
    let check = folder.run("check p.json --json").json();
    assert_eq!(
        check,
        json!({"version": 1, "valid": true, "buffers": 4, "peak": 2052,
        "lower_bound": 2052, "optimal": true})
    );
}

#[test]
fn without_an_output_only_the_summary_is_printed() {
    let folder = Folder::new();
    let plan = folder.run("plan a.csv");
    assert_eq!((plan.code, plan.out.as_str()), (Some(0), ""));
    assert!(!plan.err.contains("wrote"));
}

#[test]
fn every_planner_is_known_by_its_name() {
    let folder = Folder::new();
    for planner in memo_malloc::planners::ALL {
        let plan = folder.run(&format!("plan a.csv --planner {} --json", planner.name()));
        assert_eq!((plan.code, &plan.json()["planner"]), (Some(0), &json!(planner.name())));
    }
    let unknown = folder.run("plan a.csv --planner best");
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("error[UNKNOWN_PLANNER]") && unknown.err.contains("best_fit"));
}

#[test]
fn proven_infeasible_is_3_and_says_what_is_needed() {
    let folder = Folder::new();
    let plan = folder.run("plan a.csv --capacity 11 -o p.json");
    assert_eq!(plan.code, Some(3));
    assert!(plan.err.contains("needs at least 12 B"), "{plan:?}");
    assert!(!folder.path("p.json").exists());
    let json = folder.run("plan a.csv --capacity 11 --json");
    assert_eq!((json.code, &json.json()["status"]), (Some(3), &json!("infeasible")));
    assert_eq!(json.json()["lower_bound"], 12);
}

#[test]
fn a_limit_reached_is_4_and_the_best_so_far_is_written() {
    let folder = Folder::new();
    folder.put("b.csv", &staircase(60));
    let plan = folder.run("plan b.csv --time-limit 0 -o p.json --json");
    assert_eq!(plan.code, Some(4), "{plan:?}");
    assert_eq!(plan.json()["status"], "gave-up");
    assert_eq!(plan.json()["reason"], "time-limit");
    assert_eq!(folder.run("check p.json").code, Some(0));
}

#[test]
fn the_best_so_far_above_the_capacity_is_a_valid_plan_without_it() {
    let folder = Folder::new();
    folder.put("b.csv", &staircase(60));
    let by_start = "plan b.csv --planner greedy_by_start";
    let best = folder.run(&format!("{by_start} --json")).json();
    assert_ne!(best["peak"], best["lower_bound"], "the instance must be hard for this test");
    let plan = folder.run(&format!("{by_start} --capacity {} -o p.json", best["lower_bound"]));
    assert_eq!(plan.code, Some(4), "{plan:?}");
    assert!(plan.err.contains("exceeds the capacity"), "{plan:?}");
    assert_eq!(folder.run("check p.json").code, Some(0));
}

/// Buffers of uneven sizes whose lifetimes interleave, so that no fixed order meets the bound.
fn staircase(count: u64) -> String {
    let mut state = 7u64;
    let mut next = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut rows = vec![String::from("lower,upper,size")];
    for _ in 0..count {
        let (start, duration, size) = (next(40), next(20) + 1, next(1000) + 1);
        rows.push(format!("{start},{},{size}", start + duration));
    }
    rows.join("\n")
}

#[test]
fn show_and_draw_make_pictures() {
    let folder = Folder::new();
    folder.run("plan a.csv -o p.json");
    let show = folder.run("show p.json --width 60 --height 3");
    assert_eq!(show.code, Some(0), "{show:?}");
    assert!(show.out.starts_with("12 ") && show.out.contains("4 buffers · peak 12 B"));
    assert!(!show.out.contains('\x1b'), "no colour in a pipe");
    assert!(folder.run("show p.json --color always").out.contains("\x1b[38;5;"));
    assert_eq!(folder.run("show p.json --json").json()["max_load"], 12);
    let draw = folder.run("draw p.json -o p.svg --title <Model>");
    assert_eq!(draw.code, Some(0), "{draw:?}");
    assert!(folder.text("p.svg").contains("<title>&lt;Model&gt;</title>"));
    assert_eq!(folder.run("draw p.json -o p.svg").code, Some(2), "it exists");
    assert_eq!(folder.run("draw p.json -o p.gif").code, Some(2));
    assert!(folder.run("draw p.json -o -").out.starts_with("<svg"));
}

#[test]
fn a_report_is_one_file_without_the_names_it_should_not_tell() {
    let folder = Folder::new();
    folder.run("plan a.csv -o p.json");
    folder.run("plan a.csv --planner greedy_by_size -o q.json");
    let report = folder.run("report p.json q.json -o p.html --title <Model>");
    assert_eq!(report.code, Some(0), "{report:?}");
    let html = folder.text("p.html");
    assert!(html.contains("<title>&lt;Model&gt;</title>"));
    let outside = ["src=", "http:", "https:", "@import", "url("];
    assert!(outside.iter().all(|fetch| !html.contains(fetch)), "it fetches something");
    assert_eq!(folder.run("report p.json -o p.html").code, Some(2), "it exists");
    assert_eq!(folder.run("report p.json -o p.svg").code, Some(2));
    assert_eq!(folder.run("report a.csv -o a.html").code, Some(2), "no plan");
    assert!(folder.run("report p.json -o -").out.contains("<title>p</title>"));
    let redacted = folder.run("report p.json --redact -o - ").out;
    assert!(redacted.contains("<title>plan 1</title>"));
}

#[test]
fn help_leads_with_examples_and_completions_are_printed() {
    let folder = Folder::new();
    for verb in ["", "plan", "check", "explain", "show", "draw", "report"] {
        let help = folder.run(&format!("{verb} --help"));
        assert_eq!(help.code, Some(0));
        assert!(help.out.starts_with("Example"), "{}", help.out);
    }
    assert!(folder.run("completions bash").out.contains("_memo()"));
    assert_eq!(folder.run("").code, Some(2));
    assert_eq!(folder.run("plan").code, Some(2));
    assert_eq!(folder.run("plan a.csv --capacity 1.5MiB").code, Some(2));
    assert_eq!(folder.run("plan a.csv --time-limit -1").code, Some(2));
    assert!(folder.run("--version").out.starts_with("memo "));
}

#[test]
fn problems_with_ties_are_planned_and_judged() {
    let folder = Folder::new();
    let problem = |ties| {
        json!({"format": "memo-problem", "version": 2, "ties": ties,
            "buffers": {"size": [8, 8, 4], "start": [0, 1, 4], "end": [2, 4, 5]}})
    };
    folder.put("in.json", &problem(json!({"share": [[0, 1]], "apart": [[2, 0]]})).to_string());
    let plan = folder.run("plan in.json -o p.json --json").json();
    assert_eq!((&plan["peak"], &plan["status"]), (&json!(12), &json!("optimal")));
    assert_eq!(folder.run("check p.json").code, Some(0));
    let kept: serde_json::Value = serde_json::from_str(&folder.text("p.json")).expect("JSON");
    let moved = |offsets: [u64; 3]| {
        let mut moved = kept.clone();
        moved["offsets"] = json!(offsets);
        folder.put("q.json", &moved.to_string());
        folder.run("check q.json --json").json()["error"]["code"].clone()
    };
    assert_eq!(moved([4, 0, 0]), "SHARE_BROKEN");
    assert_eq!(moved([0, 0, 4]), "NOT_APART");
    folder.put("in.json", &problem(json!({"share": [[0, 1]], "apart": [[0, 1]]})).to_string());
    let infeasible = folder.run("plan in.json");
    assert_eq!(infeasible.code, Some(3), "{infeasible:?}");
    assert!(infeasible.err.contains("buffers 0 and 1 must share"), "{infeasible:?}");
}

#[test]
fn a_problem_is_spread_over_tiers_and_judged() {
    let folder = Folder::new();
    let plan = folder.run("plan a.csv --tier slow@10 --tier fast=8@1 -o p.json --json");
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let plan = plan.json();
    assert_eq!((&plan["status"], &plan["cost"]), (&json!("optimal"), &plan["lower_bound"]));
    assert_eq!(plan["tiers"][1]["peak"], 8);
    let check = folder.run("check p.json");
    assert_eq!(check.code, Some(0), "{check:?}");
    assert!(check.out.contains("valid: 4 buffers in 2 tiers"), "{check:?}");
    assert_eq!(folder.run("check p.json --json").json()["cost"], plan["cost"]);
    let again = folder.run("plan p.json --json").json();
    assert_eq!(again["cost"], plan["cost"]);
    let shown = folder.run("show p.json --json");
    assert_eq!(shown.json()["cost"], plan["cost"]);
    let mixed = folder.run("plan a.csv --tier fast=8 --capacity 9 --json").json();
    assert_eq!(mixed["error"]["code"], "BAD_ARGUMENT");
    let small = folder.run("plan a.csv --tier fast=8@1 --tier slow=1@10");
    assert_eq!(small.code, Some(3), "{small:?}");
}
