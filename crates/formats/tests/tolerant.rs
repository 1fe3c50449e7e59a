//! CSV files as other programs write them.

use memo_formats::{Document, Endpoints, Options, read_bytes};
use memo_malloc::{Buffer, Problem};

fn problem(text: &str) -> Problem {
    match read_bytes("file.csv", text.as_bytes()) {
        Ok(Document::Problem(problem)) => problem,
        other => panic!("{text:?} gave {other:?}"),
    }
}

#[test]
fn columns_may_have_any_order_case_and_alias() {
    let expected = Problem::new(vec![Buffer::new(4, 0, 3), Buffer::new(8, 1, 2)]).unwrap();
    for text in [
        "id,lower,upper,size\n0,0,3,4\n1,1,2,8\n",
        "size,upper,lower,id\n4,3,0,0\n8,2,1,1\n",
        "Buffer,Begin,Upper,Size\n0,0,3,4\n1,1,2,8\n",
        "lower,upper,size\n0,3,4\n1,2,8\n",
        "id,start,end,size\n0,0,2,4\n1,1,1,8\n",
        "\u{feff}id,lower,upper,size\r\n0,0,3,4\r\n\r\n1,1,2,8",
        "# a comment\n id , lower , upper , size \n\n 0, 0 ,3,4\n# another\n1,1,2, 8 \n",
        "id,lower,upper,size,gaps,offset,alignment\n0,0,3,4,,,\n1,1,2,8,,,\n",
        "# pool_offset=128\r\nid,lower,upper,size,offset,kind\r\n0,0,3,4,,WORKSPACE\r\n1,1,2,8,,\r\n",
    ] {
        assert_eq!(problem(text), expected, "{text:?}");
    }
}

#[test]
fn ids_are_kept_unless_they_are_the_index() {
    assert_eq!(problem("id,lower,upper,size\nb,0,1,1\na,0,1,1\n").ids(), ["b", "a"]);
    assert!(problem("id,lower,upper,size\n0,0,1,1\n1,0,1,1\n").ids().is_empty());
}

#[test]
fn some_offsets_are_pins_and_all_are_a_plan() {
    let pinned = problem("id,lower,upper,size,offset\n0,0,1,4,8\n1,0,1,4,\n");
    assert_eq!(pinned.buffers()[0].pin, Some(8));
    assert_eq!(pinned.buffers()[1].pin, None);
    let text = b"id,lower,upper,size,offset\n0,0,1,4,8\n1,0,1,4,0\n";
    let Ok(Document::Plan(plan)) = read_bytes("file.csv", text) else { panic!("not a plan") };
    assert_eq!((plan.plan().peak, plan.plan().lower_bound), (12, 8));
    assert!(plan.problem().buffers().iter().all(|buffer| buffer.pin.is_none()));
}

/// What the reader of this content warns of, without the file's name.
fn warnings(content: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, content).expect("written");
    let read = memo_formats::read_with(&path, &Options::default()).expect("read");
    let told = read.warnings.iter().map(ToString::to_string);
    told.filter_map(|text| Some(text.split_once("a.csv:")?.1.to_owned())).collect()
}

#[test]
fn unknown_columns_are_named_in_a_warning() {
    let found = warnings("\n# x\nid,lower,upper,size,weight\n0,0,1,4,9\n");
    assert_eq!(found, ["3: column `weight` is unknown and passed over"]);
}

#[test]
fn many_unknown_columns_are_counted() {
    let found = warnings(&format!("id,lower,upper,size{}\n", ",weight".repeat(200_000)));
    assert_eq!(found.len(), 6);
    assert_eq!(found[5], "1: so are 199995 more columns");
}

#[test]
fn an_id_that_names_two_buffers_is_a_warning() {
    let found = warnings("id,lower,upper,size\na,0,1,4\nb,0,1,4\na,1,2,4\na,2,3,4\n");
    assert_eq!(found, ["4: the buffer of line 2 has the id `a` too"]);
}

#[test]
fn a_header_alone_is_a_problem_without_buffers() {
    assert!(problem("id,lower,upper,size\n").is_empty());
}

#[test]
fn the_content_decides_whatever_the_name() {
    let json =
        br#"{"format":"memo-problem","version":1,"buffers":{"size":[],"start":[],"end":[]}}"#;
    assert!(matches!(read_bytes("x.csv", json), Ok(Document::Problem(_))));
}

#[test]
fn fields_of_later_versions_are_passed_over() {
    let json = br#"{"format":"memo-problem","version":1,"hint":{"a":[[]]},"buffers":{"size":[],"start":[],"end":[],"tint":[1]}}"#;
    assert!(matches!(read_bytes("x", json), Ok(Document::Problem(_))));
}

#[test]
fn the_ends_of_lifetimes_are_as_told() {
    let text = b"id,start,end,size\na,2,5,1\n";
    let lifetime = |ends: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).expect("written");
        let options = Options { endpoints: Endpoints::parse(ends), ..Options::default() };
        match memo_formats::read_with(&path, &options).expect("read").document {
            Document::Problem(problem) => problem.buffers()[0].lifetime.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let found = ["", "[)", "[]", "()", "(]"].map(lifetime);
    assert_eq!(found, ["[2, 6)", "[2, 5)", "[2, 6)", "[3, 5)", "[3, 6)"]);
}
