//! Models, shapes, and what a run without the service makes of them.

use std::fmt;
use std::path::Path;

use memo_torch::{Error, Model, Tensor};

const IMAGES: [[usize; 2]; 6] = [[1, 16], [2, 16], [3, 24], [1, 33], [4, 20], [2, 40]];
const LARGE_IMAGES: [[usize; 2]; 5] = [[1, 32], [2, 32], [1, 64], [3, 48], [1, 96]];
const SEQUENCES: [[usize; 2]; 8] =
    [[1, 1], [1, 5], [2, 9], [4, 17], [1, 64], [3, 33], [8, 12], [1, 128]];

/// Of images: batch and side, three channels. Of sequences: batch and length, 32 wide.
const MODELS: [(&str, &[[usize; 2]]); 8] = [
    ("tiny", &IMAGES),
    ("scripted", &IMAGES),
    ("traced", &IMAGES),
    ("forked", &IMAGES),
    ("branching", &IMAGES),
    ("attention", &SEQUENCES),
    ("resnet18", &LARGE_IMAGES),
    ("mobilenet_v3_small", &LARGE_IMAGES),
];

/// The model that throws, whatever it is given.
const THROWING: &str = "raising";

/// Of each shape, because one model goes another way for another input.
const SEEDS: [u64; 2] = [7, 8];

/// As many runs have to agree before one is expected.
const REPETITIONS: usize = 3;

pub(crate) struct Cases {
    models: Vec<Model>,
    throwing: Model,
    all: Vec<Case>,
    unrepeatable: usize,
}

/// An input of a model and its outputs.
pub(crate) struct Case {
    name: &'static str,
    model: usize,
    shape: Vec<usize>,
    seed: u64,
    outputs: Vec<Output>,
}

/// Type, shape and bytes.
type Output = (String, Vec<u8>);

impl Cases {
    /// Runs every case without the service. One whose runs differ from each other is left out.
    pub(crate) fn load(folder: &Path) -> Result<Cases, Error> {
        let load = |name: &str| Model::load(folder.join(format!("{name}.pt")));
        let models = MODELS.iter().map(|(name, _)| load(name)).collect::<Result<Vec<_>, _>>()?;
        let mut cases =
            Cases { models, throwing: load(THROWING)?, all: Vec::new(), unrepeatable: 0 };
        for (model, &(name, shapes)) in MODELS.iter().enumerate() {
            for &[batch, length] in shapes {
                let shape = match name {
                    "attention" => vec![batch, length, 32],
                    _ => vec![batch, 3, length, length],
                };
                for seed in SEEDS {
                    let shape = shape.clone();
                    cases.add(Case { name, model, shape, seed, outputs: Vec::new() })?;
                }
            }
        }
        Ok(cases)
    }

    fn add(&mut self, mut case: Case) -> Result<(), Error> {
        case.outputs = self.outputs(&case)?;
        for _ in 1..REPETITIONS {
            if self.outputs(&case)? != case.outputs {
                self.unrepeatable += 1;
                return Ok(());
            }
        }
        self.all.push(case);
        Ok(())
    }

    fn outputs(&self, case: &Case) -> Result<Vec<Output>, Error> {
        self.run(case, &case.input()?)?.iter().map(output).collect()
    }

    pub(crate) fn all(&self) -> &[Case] {
        &self.all
    }

    pub(crate) fn run(&self, case: &Case, input: &Tensor) -> Result<Vec<Tensor>, Error> {
        self.models[case.model].forward(std::slice::from_ref(input))
    }

    /// Whether the model that throws has thrown.
    pub(crate) fn throws(&self, input: &Tensor) -> bool {
        self.throwing.forward(std::slice::from_ref(input)).is_err()
    }

    /// Whether a model has refused an input of as many channels as it cannot have.
    pub(crate) fn refuses(&self, case: &Case) -> bool {
        let mut shape = case.shape.clone();
        shape[case.shape.len() - 2] += 1;
        shape[1] += 1;
        Tensor::from_seed(&shape, case.seed).and_then(|input| self.run(case, &input)).is_err()
    }
}

impl Case {
    pub(crate) fn input(&self) -> Result<Tensor, Error> {
        Tensor::from_seed(&self.shape, self.seed)
    }

    /// Whether the channels of an input are counted.
    pub(crate) fn is_image(&self) -> bool {
        self.shape.len() == 4
    }

    /// What is wrong with these outputs.
    pub(crate) fn fault(&self, outputs: &[Tensor]) -> Option<String> {
        if outputs.len() != self.outputs.len() {
            return Some(format!("{} outputs instead of {}", outputs.len(), self.outputs.len()));
        }
        outputs.iter().zip(&self.outputs).enumerate().find_map(|(idx, (found, expected))| {
            let why = match output(found) {
                Ok(found) => difference(&found, expected)?,
                Err(error) => error.to_string(),
            };
            Some(format!("output {idx}: {why}"))
        })
    }
}

fn output(tensor: &Tensor) -> Result<Output, Error> {
    Ok((tensor.signature(), tensor.bytes()?.to_vec()))
}

fn difference(found: &Output, expected: &Output) -> Option<String> {
    if found.0 != expected.0 {
        return Some(format!("{} instead of {}", found.0, expected.0));
    }
    let mut bytes = found.1.iter().zip(&expected.1);
    let first = bytes.position(|(found, expected)| found != expected)?;
    let count = found.1.iter().zip(&expected.1).filter(|(a, b)| a != b).count();
    Some(format!("{count} of {} bytes differ, the first at {first}", expected.1.len()))
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} seed {}", self.name, self.shape, self.seed)
    }
}

impl fmt::Display for Cases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (models, cases) = (self.models.len(), self.all.len());
        let unrepeatable = self.unrepeatable;
        write!(
            f,
            "{models} models, {cases} cases; {unrepeatable} left out, as their runs differ without \
             the service"
        )
    }
}
