//! Tensors as images, and which places of its inputs a place of a result comes from.

use memo_formats::{Graph, Layout, Node, TensorIdx};

use crate::kinds;

/// The two directions in which an image is cut.
pub(crate) const AXES: [usize; 2] = [0, 1];

/// An image; its height and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) lengths: [u64; 2],
    pub(crate) channels: u64,
}

/// Longer images are none: no sum of what their tiles need overflows.
const LENGTH_MAX: u64 = 1 << 24;

/// A tensor as an image, if it has four dimensions and no length of it is 0.
pub(crate) fn image(graph: &Graph, tensor: TensorIdx) -> Option<Image> {
    let &[_, a, b, c] = &*graph.tensors[tensor.usize()].shape else { return None };
    let (channels, lengths) = match graph.layout {
        Layout::ChannelsFirst => (a, [b, c]),
        Layout::ChannelsLast => (c, [a, b]),
    };
    let is_image = channels > 0 && lengths.iter().all(|length| (1..=LENGTH_MAX).contains(length));
    is_image.then_some(Image { lengths, channels })
}

/// The places from one up to another, on one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Span {
    pub(crate) fn len(self) -> u64 {
        self.to - self.from
    }

    /// The smallest that has both.
    pub(crate) fn and(self, other: Option<Span>) -> Span {
        other.map_or(self, |other| Span {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        })
    }
}

/// How places of a result come from places of an input, on one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// The length of a window, with what is left out between its elements.
    pub(crate) length: u64,
    pub(crate) stride: u64,
    /// How far the first window begins before the first place.
    pub(crate) before: u64,
    /// The length of the input.
    pub(crate) input: u64,
}

impl Window {
    /// The places of the input that these of the result come from.
    pub(crate) fn needs(self, span: Span) -> Span {
        let from = (span.from * self.stride).saturating_sub(self.before);
        let to = ((span.to - 1) * self.stride + self.length).saturating_sub(self.before);
        let to = to.clamp(1, self.input);
        Span { from: from.min(to - 1), to }
    }
}

/// The windows of a node on its inputs that are no constants; `None` where its result needs more
/// than places around its own.
///
/// What is padded is not read from the file but follows from the lengths, with half of it before.
pub(crate) fn windows(graph: &Graph, node: &Node) -> Option<Vec<(TensorIdx, [Window; 2])>> {
    let &[output] = &*node.outputs else { return None };
    if graph.tensors[output.usize()].is_constant {
        return Some(Vec::new());
    }
    let made = image(graph, output)?;
    let (lengths, strides) = reach(graph, node)?;
    let is_wider = kinds::has_windows(node) || kinds::is_pad(node);
    let inputs = node.inputs.iter().filter(|idx| !graph.tensors[idx.usize()].is_constant);
    let of_input = |&input: &TensorIdx| {
        let lies = graph.tensors[input.usize()].view_of.is_none();
        let image = image(graph, input)
            .filter(|image| lies && (is_wider || image.lengths == made.lengths))?;
        let axis = |axis: usize| {
            let (length, stride, input) = (lengths[axis], strides[axis], image.lengths[axis]);
            let spanned = (made.lengths[axis] - 1).checked_mul(stride)?.checked_add(length)?;
            let before = spanned.saturating_sub(input) / 2;
            Some(Window { length, stride, before, input })
        };
        Some((input, [axis(0)?, axis(1)?]))
    };
    inputs.map(of_input).collect()
}

/// The lengths of the windows of a node, and how far they are apart.
fn reach(graph: &Graph, node: &Node) -> Option<([u64; 2], [u64; 2])> {
    if kinds::is_pointwise(node) || kinds::is_pad(node) || kinds::is_join(node) {
        return Some(([1; 2], [1; 2]));
    }
    if !kinds::has_windows(node) {
        return None;
    }
    let kernel = node.kernel.or_else(|| kernel_of_weights(graph, node))?;
    let apart = node.dilations.unwrap_or([1; 2]);
    let length =
        |axis: usize| kernel[axis].checked_sub(1)?.checked_mul(apart[axis])?.checked_add(1);
    let strides = node.strides.unwrap_or([1; 2]);
    (strides[0] > 0 && strides[1] > 0).then_some(([length(0)?, length(1)?], strides))
}

fn kernel_of_weights(graph: &Graph, node: &Node) -> Option<[u64; 2]> {
    let &[_, a, b, c] = &*kinds::weights(graph, node)?.shape else { return None };
    Some(match graph.layout {
        Layout::ChannelsFirst => [b, c],
        Layout::ChannelsLast => [a, b],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_needs_its_length_around_a_place_but_nothing_outside() {
        let window = Window { length: 3, stride: 2, before: 1, input: 8 };
        let needs = |from, to| window.needs(Span { from, to });
        assert_eq!(needs(0, 1), Span { from: 0, to: 2 });
        assert_eq!(needs(1, 3), Span { from: 1, to: 6 });
        assert_eq!(needs(3, 4), Span { from: 5, to: 8 });
    }
}
