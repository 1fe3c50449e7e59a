//! Which model runs on which inputs, as it is typed and as the runner is told.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use memo_malloc::Code;

use crate::failure::Failure;

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

    /// Whether the inputs are of a size that can be meant.
    ///
    /// # Errors
    /// `BAD_ARGUMENT` when they are not.
    pub fn judged(&self) -> Result<&Inference, Failure> {
        let counts = self.inputs.iter().map(Shape::element_count);
        let total = counts.reduce(|one, other| one?.checked_add(other?)).flatten();
        if total.is_some_and(|total| (1..=ELEMENT_COUNT_MAX).contains(&total)) {
            return Ok(self);
        }
        let message = format!("inputs of {}: {SIZES}", self.shapes());
        let fix = "give --input and --batch lengths that the model takes, such as 1x3x224x224";
        Err(Failure::new(Code::BadArgument, message).fix_by(fix))
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

impl Shape {
    /// The product of the lengths; none beyond `usize`.
    fn element_count(&self) -> Option<usize> {
        self.0.iter().try_fold(1_usize, |product, &n| product.checked_mul(n))
    }
}

/// 4 GiB of f32: more than any model takes, less than a machine for models has.
const ELEMENT_COUNT_MAX: usize = 1 << 30;
const SIZES: &str = "expected from 1 to 2^30 elements";

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Shape, String> {
        let lengths = text.split('x').map(|length| length.parse().ok().filter(|&n| n > 0));
        let lengths: Option<Vec<usize>> = lengths.collect();
        let shape = Shape(lengths.ok_or("expected lengths above 0 such as 1x3x224x224")?);
        let element_count = shape.element_count().filter(|&count| count <= ELEMENT_COUNT_MAX);
        element_count.ok_or(SIZES)?;
        Ok(shape)
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

    #[test]
    fn batches_and_numbers_of_inputs_are_judged() {
        let input: Shape = "1x3x224x224".parse().unwrap();
        let model = || PathBuf::from("m.pt");
        let inputs =
            |count| Inference { model: model(), inputs: vec![input.clone(); count], threads: 1 };
        assert!(inputs(2).judged().is_ok());
        for wrong in [
            inputs(2).with_batch(0),
            inputs(1).with_batch(10_000),
            inputs(1).with_batch(usize::MAX),
            inputs(2).with_batch(4_000),
        ] {
            assert_eq!(wrong.judged().unwrap_err().code(), "BAD_ARGUMENT", "{wrong:?}");
        }
    }
}
