//! The models of the demo: exported by Python once, found again afterwards.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use memo_malloc::Code;
use serde_json::Value;

use super::{Inference, Shape};
use crate::console::Console;
use crate::failure::Failure;
use crate::runner::Runner;

const SCRIPT: &str = include_str!("../../../python/export_models.py");

/// What torchvision's models are trained on.
const IMAGE: [usize; 4] = [1, 3, 224, 224];

/// A folder of exported models.
pub(super) struct Models {
    folder: PathBuf,
}

impl Models {
    /// Exports those that are missing. A LibTorch reads what it wrote itself, so each version has
    /// its own folder.
    pub(super) fn export(
        output: &Path,
        names: &[String],
        python: &Path,
        runner: &Runner,
        console: &Console,
    ) -> Result<Models, Failure> {
        let info: Value = runner.call(["info".into()], &[])?;
        let runtime = info["runtime"].as_str().unwrap_or("libtorch").replace(' ', "-");
        let models = Models { folder: output.join("models").join(runtime) };
        let missing: Vec<&String> =
            names.iter().filter(|name| !models.file(name).exists()).collect();
        if !missing.is_empty() {
            console.message(format!("exporting {} models, once", missing.len()));
            models.run_script(python, &missing, console)?;
        }
        Ok(models)
    }

    pub(super) fn inference(&self, name: &str, threads: u32) -> Inference {
        Inference { model: self.file(name), inputs: vec![Shape(IMAGE.to_vec())], threads }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.pt"))
    }

    fn run_script(
        &self,
        python: &Path,
        names: &[&String],
        console: &Console,
    ) -> Result<(), Failure> {
        let failed = |error: io::Error| no_export(python, &error.to_string());
        // To a file: a pipe that nobody reads yet could fill.
        let mut errors = tempfile::tempfile().map_err(failed)?;
        let mut child = Command::new(python)
            .args(["-c", SCRIPT])
            .arg(&self.folder)
            .args(names)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors.try_clone().map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        if let Some(lines) = child.stdout.take() {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                console.message(format!("  {line}"));
            }
        }
        let status = child.wait().map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        let words = text_of(&mut errors).map_err(failed)?;
        Err(no_export(python, words.lines().next_back().unwrap_or(&status.to_string())))
    }
}

fn text_of(file: &mut File) -> io::Result<String> {
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(text)
}

fn no_export(python: &Path, words: &str) -> Failure {
    let message = format!("{} cannot export models: {words}", python.display());
    Failure::new(Code::NoTorch, message).fix_by(
        "give --python a Python with torch and torchvision; `npm run demo` finds or installs one",
    )
}
