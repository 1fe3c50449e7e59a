//! The machine that figures are from.

use std::{env, fs, thread};

use serde::Serialize;

/// What a reader has to know of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Machine {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Machine {
            processor: model_name(&processors).unwrap_or(env::consts::ARCH).to_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            kernel: format!("{} {}", env::consts::OS, kernel.trim()).trim_end().to_owned(),
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        format!("{}, {} cores, {}", self.processor, self.cores, self.kernel)
    }
}

/// As proc(5) has it on x86; other kernels may not say.
fn model_name(processors: &str) -> Option<&str> {
    let line = processors.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_processor_is_named() {
        let x86 = "processor\t: 0\nmodel name\t: A 1: fast\n\nprocessor\t: 1\nmodel name\t: B\n";
        assert_eq!(model_name(x86), Some("A 1: fast"));
        assert_eq!(model_name("processor\t: 0\nBogoMIPS\t: 50.00\n"), None);
    }
}
