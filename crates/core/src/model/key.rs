//! What a plan is valid for.

use std::fmt;

/// The circumstances of a run on which its sequence of requests depends.
///
/// Two runs with equal keys are expected to ask for the same blocks in the same order; an arena
/// stays safe when they do not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key {
    /// Which model: a digest of its file, `sha256:…`.
    pub model: String,
    /// The inputs, in order: element type and shape, for example `f32[1,3,224,224]`.
    pub inputs: Vec<String>,
    /// Intra-op threads.
    pub threads: u32,
    /// What ran it, with its version, for example `libtorch 2.4.1`.
    pub runtime: String,
    /// The processor features the runtime chose its kernels by, for example `AVX512`.
    pub cpu: String,
}

/// The first field in which two keys differ, and both values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDifference {
    /// `model`, `inputs`, `threads`, `runtime` or `cpu`.
    pub field: &'static str,
    /// The value the plan was made for.
    pub planned: String,
    /// The value found here.
    pub found: String,
}

impl Key {
    /// In what `found` differs from this key, if it does.
    pub fn difference(&self, found: &Key) -> Option<KeyDifference> {
        let fields = [
            ("model", self.model.clone(), found.model.clone()),
            ("inputs", self.inputs.join(" "), found.inputs.join(" ")),
            ("threads", self.threads.to_string(), found.threads.to_string()),
            ("runtime", self.runtime.clone(), found.runtime.clone()),
            ("cpu", self.cpu.clone(), found.cpu.clone()),
        ];
        fields
            .into_iter()
            .find(|(_, planned, found)| planned != found)
            .map(|(field, planned, found)| KeyDifference { field, planned, found })
    }
}

impl fmt::Display for KeyDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: planned for `{}`, found `{}`", self.field, self.planned, self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_differing_field_is_named_with_both_values() {
        let planned = Key { threads: 1, model: "a".into(), ..Key::default() };
        let found = Key { threads: 4, ..planned.clone() };
        assert_eq!(planned.difference(&planned), None);
        let difference = planned.difference(&found).unwrap();
        assert_eq!(difference.to_string(), "threads: planned for `1`, found `4`");
    }
}
