//! From LibTorch's account of where an op comes from to one line for a person.

/// The text is a Python stack, innermost line first (`FILE(LINE): FUNCTION`); for code that was
/// scripted it is one such line and the source. The line that tells most is the innermost one of
/// the model's own code: LibTorch's modules are where every model's ops come from.
pub(crate) fn of(text: &str) -> String {
    let lines = || text.lines().filter_map(source_line);
    lines()
        .find(|(file, _)| !file.starts_with("torch/"))
        .or_else(|| lines().next())
        .map_or_else(String::new, |(file, line)| format!("{file}:{line}"))
}

/// The file, from its package on, and the line.
fn source_line(line: &str) -> Option<(&str, &str)> {
    let (file, rest) = line.split_once('(')?;
    let (number, _) = rest.split_once(')')?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let package = ["site-packages/", "dist-packages/"];
    let file = package.iter().find_map(|root| Some(file.split_once(root)?.1)).unwrap_or(file);
    Some((file, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_line_of_the_model_is_named() {
        let stack = "/lib/python3/dist-packages/torch/nn/modules/conv.py(459): _conv_forward\n\
                     /lib/python3/dist-packages/torchvision/models/resnet.py(92): forward\n\
                     /lib/python3/dist-packages/torchvision/models/resnet.py(275): _forward_impl\n";
        assert_eq!(of(stack), "torchvision/models/resnet.py:92");
    }

    #[test]
    fn without_a_line_of_the_model_the_innermost_is_named() {
        assert_eq!(
            of("/x/site-packages/torch/nn/modules/conv.py(459): f\n"),
            "torch/nn/modules/conv.py:459"
        );
    }

    #[test]
    fn source_text_is_no_place() {
        assert_eq!(of("return f(x)\n  y = g(1x)\n"), "");
        assert_eq!(of(""), "");
    }
}
