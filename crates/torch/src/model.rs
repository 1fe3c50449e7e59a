//! TorchScript models.

use std::fmt;
use std::io::Read;
use std::path::Path;

use cxx::UniquePtr;
use memo_malloc::{Code, Key};
use sha2::{Digest, Sha256};

use crate::bridge::ffi;
use crate::{Error, Tensor, runtime};

/// A TorchScript module, loaded for inference.
pub struct Model {
    module: UniquePtr<ffi::Module>,
    digest: String,
}

// SAFETY: a loaded module is not changed here, and LibTorch's interpreter runs one module on any
// number of threads at once.
unsafe impl Send for Model {}
// SAFETY: as above.
unsafe impl Sync for Model {}

impl Model {
    /// Loads a file written by `torch.jit.save`.
    ///
    /// # Errors
    /// `BAD_MODEL` when it cannot be read or is no TorchScript module.
    pub fn load(path: impl AsRef<Path>) -> Result<Model, Error> {
        let path = path.as_ref();
        let name = path.display();
        let bad = |error: &dyn fmt::Display| {
            Error::new(Code::BadModel, format!("{name}: not a TorchScript model: {error}"))
        };
        let digest = digest_of(path).map_err(|error| bad(&error))?;
        let text = path.to_str().ok_or_else(|| bad(&"its name is not UTF-8"))?;
        let module =
            ffi::load(text).map_err(|error| bad(&Error::thrown(Code::BadModel, &error)))?;
        Ok(Model { module, digest })
    }

    /// Runs it once, without gradients. The tensors of the result in order, out of tuples, lists
    /// and dictionaries.
    ///
    /// # Errors
    /// `RUN_FAILED` when the model refuses the inputs or fails.
    pub fn forward(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>, Error> {
        let failed = |error: cxx::Exception| Error::thrown(Code::RunFailed, &error);
        let mut arguments = ffi::no_tensors();
        for input in inputs {
            arguments.pin_mut().append(&input.list);
        }
        let outputs = self.module.forward(&arguments).map_err(failed)?;
        (0..outputs.count())
            .map(|idx| Ok(Tensor { list: outputs.only(idx).map_err(failed)? }))
            .collect()
    }

    /// What a plan of a run with these inputs is valid for.
    pub fn key(&self, inputs: &[Tensor]) -> Key {
        Key {
            model: self.digest.clone(),
            inputs: inputs.iter().map(Tensor::signature).collect(),
            threads: runtime::threads(),
            runtime: runtime::version(),
            cpu: runtime::cpu(),
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({})", self.digest)
    }
}

fn digest_of(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut digest = Sha256::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        match file.read(&mut chunk)? {
            0 => break Ok(format!("sha256:{:x}", digest.finalize())),
            count => digest.update(&chunk[..count]),
        }
    }
}
