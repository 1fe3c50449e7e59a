//! LibTorch's refusals on their way out.

use memo_edge::Failure;

pub(crate) fn refused(error: &memo_torch::Error) -> Failure {
    Failure::new(error.code(), error.to_string())
}
