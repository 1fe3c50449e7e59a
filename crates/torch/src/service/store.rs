//! Plans in a folder, one file for each key.
//!
//! A file is named by a digest of its key and holds a plan as `memo` writes it. It is read as a
//! whole, judged, and used only if its key says that it was made with this LibTorch on such a
//! processor and has this name; what cannot be used is left where it is until a new plan of that name
//! replaces it. Files are written whole or not at all, so any number of processes may share a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use memo_formats::{Document, Overwrite, PlanDocument};
use memo_malloc::arena::Prepared;
use memo_malloc::{Code, Key, RunPlan};
use sha2::{Digest, Sha256};

use crate::mode::lock;
use crate::{Error, runtime};

const SUFFIX: &str = ".plan.json.gz";

#[derive(Clone)]
pub(super) struct Store(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    /// Not used yet.
    plans: BTreeMap<Key, RunPlan>,
    loaded: u64,
    saved: u64,
    /// What could not be used or saved, and why.
    refused: Vec<String>,
}

/// A few are enough to see what is wrong.
const REFUSED_MAX: usize = 16;

impl Store {
    pub(super) fn open(folder: &Path) -> Result<Store, Error> {
        let failed = |error: std::io::Error| {
            Error::new(Code::Io, format!("{}: cannot keep plans there: {error}", folder.display()))
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut found = Found::default();
        for file in fs::read_dir(folder).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            if path.to_string_lossy().ends_with(SUFFIX) {
                found.read(&path);
            }
        }
        Ok(Store(Arc::new(Inner { folder: folder.to_owned(), found: Mutex::new(found) })))
    }

    /// The plan that was saved for a key.
    pub(super) fn take(&self, key: &Key) -> Option<Arc<Prepared>> {
        // On its own, so that the lock is not held while the plan is prepared.
        let plan = self.found().plans.remove(key)?;
        Prepared::new(plan).ok()
    }

    /// Saves a plan in place of the one before. A failure is noted: the plan serves all the same.
    pub(super) fn save(&self, run_plan: &RunPlan) {
        let path = self.0.folder.join(file_name(run_plan.key()));
        let saved = PlanDocument::for_run(run_plan.clone())
            .map_err(|error| error.to_string())
            .and_then(|plan| {
                memo_formats::write(&path, &Document::Plan(plan), Overwrite::Force)
                    .map_err(|error| error.to_string())
            });
        match saved {
            Ok(()) => self.found().saved += 1,
            Err(why) => self.found().refuse(why),
        }
    }

    /// Forgets what was read.
    pub(super) fn clear(&self) {
        let plans = std::mem::take(&mut self.found().plans);
        // Dropped without the lock: they are many.
        drop(plans);
    }

    /// Plans loaded, plans saved, and what was refused.
    pub(super) fn counts(&self) -> (u64, u64, Vec<String>) {
        let found = self.found();
        (found.loaded, found.saved, found.refused.clone())
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        lock(&self.0.found)
    }
}

impl Found {
    fn read(&mut self, path: &Path) {
        let run_plan = match memo_formats::read(path) {
            Ok(Document::Plan(plan)) => plan.run_plan().cloned(),
            Ok(_) => None,
            Err(error) => return self.refuse(error.to_string()),
        };
        let name = path.file_name().unwrap_or_default();
        match run_plan {
            Some(run_plan) if name != file_name(run_plan.key()).as_str() => {
                self.refuse(format!("{}: a plan for another key has this name", path.display()));
            }
            Some(run_plan) if is_from_here(run_plan.key()) => {
                self.loaded += 1;
                self.plans.insert(run_plan.key().clone(), run_plan);
            }
            // Another machine's, or another LibTorch's: of no use here, and nothing is wrong.
            Some(_) => {}
            None => self.refuse(format!("{}: no plan of a run", path.display())),
        }
    }

    fn refuse(&mut self, why: String) {
        if self.refused.len() < REFUSED_MAX {
            self.refused.push(why);
        }
    }
}

fn is_from_here(key: &Key) -> bool {
    key.runtime == runtime::version() && key.cpu == runtime::cpu()
}

fn file_name(key: &Key) -> String {
    let mut digest = Sha256::new();
    let threads = key.threads.to_string();
    let fields = [&key.model, &threads, &key.runtime, &key.cpu];
    for field in fields.into_iter().chain(&key.inputs) {
        digest.update((field.len() as u64).to_le_bytes());
        digest.update(field);
    }
    let digest = format!("{:x}", digest.finalize());
    format!("{}{SUFFIX}", &digest[..32])
}
