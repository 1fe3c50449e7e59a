//! From LibTorch's account of where an op comes from to one line for a person.

/// The module, as `named_modules()` calls it, of functions that run, one a line from the model
/// inwards: the names before the classes of `TOP(Net)::forward`, `layer1(Sequential)::forward`,
/// `0(Block)::forward`, `::relu`. Empty if LibTorch knows none below the model itself.
pub(crate) fn module_place(functions: &[u8]) -> String {
    // The model; a module's call of its own method; a function of no module.
    const UNNAMED: [&str; 4] = ["TOP", "SELF", "INSTANCE_NAME_UNKNOWN", ""];
    let functions = String::from_utf8_lossy(functions);
    let names = functions.lines().filter_map(|function| Some(function.split_once('(')?.0));
    names.filter(|name| !UNNAMED.contains(name)).collect::<Vec<_>>().join(".")
}

/// The line of a source text that tells most, where modules tell nothing, as in frozen models.
///
/// The text is a Python stack, innermost line first (`FILE(LINE): FUNCTION`); for code that was
/// scripted it is one such line and the source. The line that tells most is the innermost one of
/// the model's own code: LibTorch's modules are where every model's ops come from.
pub(crate) fn source_place(text: &[u8]) -> String {
    // The rest of a long text is not even looked at.
    let lines = text.split(|&byte| byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
    let mut lines = lines.filter_map(source_line).peekable();
    let innermost = lines.peek().copied();
    lines
        .find(|(file, _)| !file.starts_with("torch/"))
        .or(innermost)
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

    fn of(text: &str) -> String {
        source_place(text.as_bytes())
    }

    #[test]
    fn modules_are_named_as_python_names_them() {
        let functions = [
            "TOP(ResNet)::forward",
            "SELF(ResNet)::_forward_impl",
            "layer1(Sequential)::forward",
            "0(BasicBlock)::forward",
            "conv1(Conv2d)::forward",
            "SELF(Conv2d)::_conv_forward",
            "::conv2d",
        ];
        assert_eq!(module_place(functions.join("\n").as_bytes()), "layer1.0.conv1");
        assert_eq!(module_place(b"TOP(Net)::forward\n::relu\n"), "");
    }

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
