//! What a file leaves open, as it is told on the command line.

use memo_formats::{Endpoints, Options};

/// How to read a model.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Dims {
    /// The length of a dimension that a model names, such as batch=1; once for each
    #[arg(long = "dim", value_name = "NAME=LENGTH", value_parser = dim)]
    dims: Vec<(String, u64)>,
}

impl Dims {
    /// The same for the readers.
    pub(crate) fn options(&self) -> Options {
        Options { dims: self.dims.iter().cloned().collect(), ..Options::default() }
    }
}

/// How to read any input.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Reading {
    #[command(flatten)]
    dims: Dims,
    /// Which ends of a CSV file's lifetimes are steps in which a buffer is live: [) [] () or (]
    #[arg(long, value_name = "ENDS", value_parser = endpoints)]
    endpoints: Option<Endpoints>,
}

impl Reading {
    /// The same for the readers.
    pub(crate) fn options(&self) -> Options {
        Options { endpoints: self.endpoints, ..self.dims.options() }
    }
}

fn dim(text: &str) -> Result<(String, u64), String> {
    let parsed = text.rsplit_once('=').and_then(|(name, length)| {
        let length = length.parse().ok().filter(|&length| length > 0)?;
        (!name.is_empty()).then(|| (name.to_owned(), length))
    });
    parsed.ok_or_else(|| "a name and a length from 1, such as batch=1".to_owned())
}

fn endpoints(text: &str) -> Result<Endpoints, String> {
    Endpoints::parse(text).ok_or_else(|| "one of [) [] () (]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_has_a_name_and_a_length() {
        assert_eq!(dim("batch=8"), Ok(("batch".to_owned(), 8)));
        assert_eq!(dim("a=b=8"), Ok(("a=b".to_owned(), 8)));
        for wrong in ["batch", "=1", "batch=", "batch=0", "batch=-1", "batch=x"] {
            assert!(dim(wrong).is_err(), "{wrong}");
        }
    }
}
