//! Which model runs on which inputs, as it is typed and as the runner is told.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A model and its inputs.
#[derive(Debug, Clone, clap::Args)]
pub struct Inference {
    /// A TorchScript model, as `torch.jit.save` writes it
    pub model: PathBuf,
    /// The shape of an f32 input, for example 1x3x224x224; once for each input
    #[arg(long = "input", value_name = "SHAPE", required = true)]
    pub inputs: Vec<Shape>,
    /// How many threads one op may use
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: u32,
}

impl Inference {
    /// The same with another batch: the first length of every input.
    #[must_use]
    pub fn with_batch(mut self, batch: usize) -> Inference {
        for Shape(lengths) in &mut self.inputs {
            if let Some(first) = lengths.first_mut() {
                *first = batch;
            }
        }
        self
    }

    /// What to type to get the same again.
    pub fn args(&self) -> Vec<OsString> {
        let mut args = vec![self.model.clone().into()];
        for shape in &self.inputs {
            args.extend(["--input".into(), shape.to_string().into()]);
        }
        args.extend(["--threads".into(), self.threads.to_string().into()]);
        args
    }

    /// The name of the model's file without its ending.
    pub fn name(&self) -> String {
        self.model.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The shapes, for people.
    pub fn shapes(&self) -> String {
        let shapes: Vec<String> = self.inputs.iter().map(Shape::to_string).collect();
        shapes.join(", ")
    }
}

/// The lengths of a tensor's dimensions, written `1x3x224x224`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(pub Vec<usize>);

/// More than any model takes; keeps the product of the lengths within an address space.
const ELEMENT_COUNT_MAX: usize = 1 << 40;

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Shape, String> {
        let lengths = text.split('x').map(|length| length.parse().ok().filter(|&n| n > 0));
        let lengths: Option<Vec<usize>> = lengths.collect();
        let lengths = lengths.ok_or("expected lengths above 0 such as 1x3x224x224")?;
        lengths
            .iter()
            .try_fold(1_usize, |product, &n| product.checked_mul(n))
            .filter(|&product| product <= ELEMENT_COUNT_MAX)
            .ok_or("that is beyond 2^40 elements")?;
        Ok(Shape(lengths))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&lengths.join("x"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_written_as_they_are_read() {
        let shape: Shape = "1x3x224x224".parse().unwrap();
        assert_eq!(shape, Shape(vec![1, 3, 224, 224]));
        assert_eq!(shape.to_string(), "1x3x224x224");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "x", "1x", "0x3", "-1x3", "1.5", "1,3", "99999999999x99999999999"] {
            assert!(text.parse::<Shape>().is_err(), "{text}");
        }
    }
}
