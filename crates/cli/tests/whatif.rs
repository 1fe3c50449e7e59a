//! What another way to run a model would save.

#[expect(dead_code, reason = "each test file uses a part of what they share")]
mod common;

use std::path::Path;

use common::Folder;

/// A folder with a model whose third operator adds the results of the first two.
fn model() -> Folder {
    let folder = Folder::new();
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/made/chain.tflite");
    std::fs::copy(made, folder.path("chain.tflite")).expect("the file is there");
    folder
}

#[test]
fn changes_are_told_with_what_they_save() {
    let told = model().run("whatif chain.tflite");
    assert_eq!((told.code, &*told.err), (Some(0), ""), "{told:?}");
    assert!(told.out.starts_with("chain.tflite: 5 buffers, 4 nodes\n  peak  768 B\n"), "{told:?}");
    assert!(told.out.contains("a result in place"), "{told:?}");
    assert!(told.out.contains("−33.3 %"), "{told:?}");
}

#[test]
fn changes_are_told_to_programs() {
    let folder = model();
    let found = folder.run("whatif chain.tflite --max-work 0 --json").json();
    let best = &found["together"][0];
    assert_eq!(
        (&found["as_is"]["peak"], &best["peak"], &best["saved"]),
        (&768.into(), &512.into(), &256.into())
    );
    assert_eq!((&best["extra_work"], &best["patches"]), (&0.into(), &serde_json::Value::Null));
    let patched =
        folder.run("whatif chain.tflite --without in-place --without take-up --json").json();
    assert_eq!(patched["together"][0]["patches"]["last"], "ADD#2");
}

#[test]
fn inputs_outside_are_not_counted() {
    let found = model().run("whatif chain.tflite --inputs-outside --json").json();
    assert_eq!(found["inputs_outside"], true);
    assert!(found["as_is"]["peak"].as_u64() <= Some(768), "{found}");
}

#[test]
fn what_is_no_model_is_refused() {
    let folder = model();
    let refused = folder.run("whatif a.csv --json");
    assert_eq!((refused.code, &refused.json()["error"]["code"]), (Some(2), &"WRONG_NOUN".into()));
    assert_eq!(folder.run("whatif chain.tflite --without magic").code, Some(2));
}
