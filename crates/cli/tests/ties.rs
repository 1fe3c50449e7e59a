//! Ties and tiers through every verb, and what is said where they contradict each other.

#[expect(dead_code, reason = "each test file uses a part of what they share")]
mod common;

use common::Folder;
use serde_json::{Value, json};

/// Named buffers with these fields beside.
fn problem(fields: &str) -> String {
    format!(r#"{{"format":"memo-problem","version":2,{fields}}}"#)
}

/// `a` and `b` share an offset; `c` lies in the gap of `d`.
fn tied() -> String {
    problem(
        r#""buffers":{"size":[8,6,4,4],"start":[0,2,3,0],"end":[4,6,5,9],"id":["a","b","c","d"]},
           "ties":{"share":[[0,1]],"intervals":{"buffer":[3,3],"start":[0,5],"end":[3,9]}}"#,
    )
}

/// `c` must go to the slow one, `b` is spilled.
fn tiered() -> String {
    problem(
        r#""buffers":{"size":[8,8,4],"start":[0,0,1],"end":[4,3,5],"id":["a","b","c"],"tiers":[null,null,[1]]},
           "tiers":{"name":["fast","slow"],"capacity":[8,null],"cost":[1,10]}"#,
    )
}

#[test]
fn ties_are_explained() {
    let folder = Folder::new();
    folder.put("t.json", &tied());
    let told = folder.run("explain t.json");
    assert_eq!(told.code, Some(0), "{told:?}");
    let expected = "live at step 0: 2 buffers, 12 B
  buffer  size   share       lifetime
  a        8 B  66.7 %         [0, 4)
  d        4 B  33.3 %  [0, 3) [5, 9)
";
    assert!(told.out.contains(expected), "{told:?}");
    let told = folder.run("explain t.json --json").json();
    let size_of_first = |list: &str| told[list][0]["size"].clone();
    assert_eq!((size_of_first("largest"), size_of_first("without_buffer")), (json!(8), json!(8)));
}

#[test]
fn those_at_one_offset_are_told_with_each_other() {
    let folder = Folder::new();
    let fields = r#""buffers":{"size":[8,6],"start":[0,0],"end":[4,4],"id":["a","b"]},"ties":{"share":[[0,1]]}"#;
    folder.put("t.json", &problem(fields));
    let told = folder.run("explain t.json");
    assert!(told.out.contains("live at step 0: 2 buffers, 8 B"), "{told:?}");
    assert!(told.out.contains("b, at the offset of a   6 B   75 %"), "{told:?}");
    assert_eq!(folder.run("explain t.json --json").json()["largest"][1]["shares"], 0);
}

#[test]
fn tiers_are_explained_one_by_one() {
    let folder = Folder::new();
    folder.put("t.json", &tiered());
    assert_eq!(folder.run("plan t.json -o p.json").code, Some(0));
    for input in ["t.json", "p.json"] {
        let told = folder.run(&format!("explain {input}"));
        assert_eq!(told.code, Some(0), "{told:?}");
        assert!(told.out.starts_with(&format!("{input}: 3 buffers in 2 tiers\n")), "{told:?}");
        assert!(told.out.contains("\nfast: 1 buffer\n"), "{told:?}");
        assert!(told.out.contains("\nslow: 2 buffers\n"), "{told:?}");
    }
    let told = folder.run("explain p.json --json").json();
    assert_eq!(
        (&told["cost"], &told["lower_bound"], &told["planner"]),
        (&json!(128), &json!(128), &Value::Null)
    );
    assert_eq!(told["tiers"][1]["live"], json!({ "buffers": 2, "bytes": 12 }));
    assert_eq!(told["tiers"][1]["largest"][1]["id"], "c");
}

#[test]
fn tiers_are_shown_and_drawn_one_under_the_other() {
    let folder = Folder::new();
    folder.put("t.json", &tiered());
    folder.run("plan t.json -o p.json");
    let shown = folder.run("show p.json --width 20 --height 3");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let (fast, slow) =
        (shown.out.find("fast: capacity 8 B, cost 1 a byte"), shown.out.find("slow: cost 10"));
    assert!(fast < slow && fast.is_some(), "{shown:?}");
    assert!(shown.out.ends_with("3 buffers · cost 128 · lower bound 128 · gap 0 %\n"), "{shown:?}");
    let fields = folder.run("show p.json --json").json();
    let peaks =
        fields["tiers"].as_array().map(|all| all.iter().map(|t| t["peak"].clone()).collect());
    assert_eq!(peaks, Some(vec![json!(8), json!(12)]));
    assert_eq!(folder.run("draw p.json -o p.svg").code, Some(0));
    let svg = folder.text("p.svg");
    assert_eq!(
        (svg.matches("class=\"tier\"").count(), svg.matches("class=\"buffer").count()),
        (2, 3)
    );
}

/// What is infeasible: the problem, what is said, and the cause.
fn contradictions() -> [(&'static str, &'static str, Value); 5] {
    [
        (
            r#""capacity":8,"buffers":{"size":[4,4],"start":[0,0],"end":[2,2],"pin":[null,5],"id":["x","y"]}"#,
            "pinned buffer y ends beyond the capacity",
            json!({ "kind": "pin-over-capacity", "buffer": 1 }),
        ),
        (
            r#""buffers":{"size":[4,4],"start":[0,0],"end":[2,2],"pin":[2,4],"id":["x","y"]}"#,
            "pinned buffers x and y are live together",
            json!({ "kind": "pins-collide", "first": 0, "second": 1 }),
        ),
        (
            r#""buffers":{"size":[4,4,4],"start":[0,2,4],"end":[2,4,6],"id":["x","y","z"]},"ties":{"share":[[1,2]],"apart":[[2,1]]}"#,
            "buffers y and z must share their offset",
            json!({ "kind": "ties-contradict", "first": 1, "second": 2 }),
        ),
        (
            r#""buffers":{"size":[4,4],"start":[0,2],"end":[2,4],"pin":[0,8],"id":["x","y"]},"ties":{"share":[[0,1]]}"#,
            "buffers x and y must share their offset",
            json!({ "kind": "ties-contradict", "first": 0, "second": 1 }),
        ),
        (
            r#""buffers":{"size":[4,4],"start":[0,2],"end":[2,4],"pin":[null,8],"tiers":[null,[0]],"id":["x","y"]},"tiers":{"name":["a","b"],"capacity":[8,null],"cost":[1,2]}"#,
            "buffer y of 4 B pinned to 8 fits no tier that it may go to",
            json!({ "kind": "no-room", "buffer": 1 }),
        ),
    ]
}

#[test]
fn what_contradicts_itself_is_named_by_both_ids() {
    let folder = Folder::new();
    for (fields, said, cause) in contradictions() {
        folder.put("t.json", &problem(fields));
        let plan = folder.run("plan t.json -o p.json");
        assert_eq!(plan.code, Some(3), "{plan:?}");
        assert!(plan.err.contains("error[INFEASIBLE]: ") && plan.err.contains(said), "{plan:?}");
        assert!(!folder.path("p.json").exists());
        let plan = folder.run("plan t.json --json");
        assert_eq!((plan.code, &plan.json()["cause"]), (Some(3), &cause), "{plan:?}");
    }
}
