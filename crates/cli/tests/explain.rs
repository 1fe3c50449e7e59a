//! `memo explain`: what it says of a problem, a plan and a trace.

#[expect(dead_code, reason = "each test file uses a part of what they share")]
mod common;

use common::Folder;
use serde_json::json;

/// 2 and 3 meet at step 4, the peak; at step 3, 1 and 2 do.
const STAIRCASE: &str = "id,lower,upper,size\na,0,3,4\nb,1,4,3\nc,3,6,5\nd,4,9,6\ne,6,9,2\n";

#[test]
fn people_see_who_is_live_and_what_would_help() {
    let folder = Folder::new();
    folder.put("s.csv", STAIRCASE);
    let told = folder.run("explain s.csv --top 1");
    assert_eq!(told.code, Some(0), "{told:?}");
    let expected = "s.csv: 5 buffers
  lower bound  11 B by max load at step 4
  best plan    11 B: optimal

live at step 4: 2 buffers, 11 B
  buffer  size   share  lifetime
  d        6 B  54.5 %    [4, 9)
  … and 1 more, 5 B

the bound with one buffer changed
  buffer  size        gone  freed by 4  made at 6
  c        5 B  8 B (−3 B)        −3 B          –

without all that is live at step 4 the load is still 7 B, at step 1: what is changed there can gain \
                    4 B at most
";
    assert_eq!(told.out, expected);
}

#[test]
fn programs_get_the_same_as_json() {
    let folder = Folder::new();
    folder.put("s.csv", STAIRCASE);
    let told = folder.run("explain s.csv --top 1 --json").json();
    assert_eq!(told["explained"]["lower_bound"], 11);
    assert_eq!(told["live"], json!({ "buffers": 2, "bytes": 11 }));
    assert_eq!(told["largest"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["others"], json!({ "max_load": 7, "step": 1 }));
    let change = json!({ "buffer": 2, "id": "c", "size": 5, "start": 3, "end": 6, "shares": null,
        "op": null, "lower_bound": 8, "freed_by": 8, "made_at": null });
    assert_eq!(told["without_buffer"], json!([change]));
    assert_eq!(told["planner"], "auto");
}

#[test]
fn a_plan_is_compared_as_it_is() {
    let folder = Folder::new();
    folder.put("p.csv", "lower,upper,size,offset\n0,2,4,0\n1,3,4,8\n");
    let told = folder.run("explain p.csv");
    assert!(told.out.contains("best plan    12 B: 50 % above the bound"), "{told:?}");
    assert_eq!(folder.run("explain p.csv --json").json()["planner"], json!(null));
}

#[test]
fn a_capacity_that_is_too_small_is_named() {
    let folder = Folder::new();
    folder.put(
        "p.json",
        r#"{"format":"memo-problem","version":1,"capacity":9,"buffers":{"size":[5,5],"start":[0,1],"end":[2,3]}}"#,
    );
    let told = folder.run("explain p.json");
    assert_eq!(told.code, Some(0));
    assert!(told.out.contains("capacity     9 B: no plan fits"), "{told:?}");
}

#[test]
fn ops_of_a_trace_are_told() {
    let folder = Folder::new();
    folder.put(
        "t.json",
        r#"{"format":"memo-trace","version":1,
            "key":{"model":"m","inputs":[],"threads":1,"runtime":"r","cpu":"c"},"alignment":64,
            "ops":{"name":["conv","relu"],"place":["layer1",""],"ordinal":[0,1]},
            "events":{"kind":"baaebaefff","value":[0,640,100,0,1,70,1,0,1,2]}}"#,
    );
    let told = folder.run("explain t.json");
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("838 B by aligned load at step 2"), "{told:?}");
    assert!(told.out.contains("conv#0 (layer1)  740 B"), "{told:?}");
    let told = folder.run("explain t.json --json").json();
    assert_eq!(told["without_op"][0]["lower_bound"], 70);
    assert_eq!(told["without_op"][1], json!({ "op": "relu#1", "live": 70, "lower_bound": 740 }));
}

#[test]
fn nothing_needs_no_explanation() {
    let folder = Folder::new();
    folder.put("n.csv", "lower,upper,size\n");
    let told = folder.feed("explain -", "lower,upper,size\n");
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("lower bound  0 B"), "{told:?}");
}
