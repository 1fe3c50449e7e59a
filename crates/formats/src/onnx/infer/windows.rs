//! Convolutions and pools.

use super::{Asked, Shaped};

pub(super) fn result(asked: &Asked) -> Option<Shaped> {
    let (&[batch, channels], lengths) = asked.shape(0)?.split_first_chunk()?;
    let (channels, kernel) = match asked.op {
        "GlobalAveragePool" | "GlobalMaxPool" => {
            let mut shape = vec![batch, channels];
            shape.resize(lengths.len() + 2, 1);
            return asked.made(shape);
        }
        "Conv" => {
            let (&[made, _], kernel) = asked.shape(1)?.split_first_chunk()?;
            (made, kernel.to_vec())
        }
        _ => (channels, super::lengths(asked.attributes.numbers("kernel_shape")?)?),
    };
    if kernel.len() != lengths.len() {
        return None;
    }
    let mut shape = vec![batch, channels];
    for (axis, &length) in lengths.iter().enumerate() {
        shape.push(Axis::of(asked, axis, lengths.len(), kernel[axis])?.places(length)?);
    }
    asked.made(shape)
}

/// How windows lie on one axis.
struct Axis {
    span: u64,
    stride: u64,
    padded: u64,
    is_same: bool,
    is_ceiled: bool,
}

impl Axis {
    fn of(asked: &Asked, axis: usize, rank: usize, kernel: u64) -> Option<Axis> {
        let number = |name: &str, at: usize, default: u64| match asked.attributes.numbers(name) {
            Some(numbers) => u64::try_from(*numbers.get(at)?).ok(),
            None => Some(default),
        };
        let (auto, stride) = (asked.attributes.text("auto_pad"), number("strides", axis, 1)?);
        let dilation = number("dilations", axis, 1)?;
        let is_same = matches!(auto, b"SAME_UPPER" | b"SAME_LOWER");
        let padded = match auto {
            b"" | b"NOTSET" => {
                number("pads", axis, 0)?.checked_add(number("pads", axis + rank, 0)?)?
            }
            _ => 0,
        };
        let span = kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)?;
        let is_ceiled = asked.attributes.flag("ceil_mode", false);
        (stride > 0).then_some(Axis { span, stride, padded, is_same, is_ceiled })
    }

    /// How many windows there are.
    fn places(&self, length: u64) -> Option<u64> {
        if self.is_same {
            return Some(length.div_ceil(self.stride));
        }
        let room = length.checked_add(self.padded)?.checked_sub(self.span)?;
        let steps = if self.is_ceiled { room.div_ceil(self.stride) } else { room / self.stride };
        // Rounded up, the last window may begin in the padding behind: exporters differ on it.
        let is_clear = !self.is_ceiled || self.padded == 0 || room.is_multiple_of(self.stride);
        steps.checked_add(1).filter(|_| is_clear)
    }
}
