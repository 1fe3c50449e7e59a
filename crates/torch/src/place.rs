//! From LibTorch's account of where an op comes from to one line for a person.

use crate::bridge::ffi::Origin;

/// The module, if LibTorch knows one below the model itself; else the source line. Frozen models
/// have no modules.
pub(crate) fn of(origin: &Origin) -> String {
    let path = module_path(&origin.modules);
    if path.is_empty() { source_place(&origin.source) } else { path }
}

/// `TOP(Net)::forward`, `layer1(Sequential)::forward`, `0(Block)::forward`, `::relu`: the names
/// before the classes, joined, are what `named_modules()` calls the module.
fn module_path(functions: &[String]) -> String {
    // The model; a module's call of its own method; a function of no module.
    const UNNAMED: [&str; 4] = ["TOP", "SELF", "INSTANCE_NAME_UNKNOWN", ""];
    let names = functions.iter().filter_map(|function| Some(function.split_once('(')?.0));
    names.filter(|name| !UNNAMED.contains(name)).collect::<Vec<_>>().join(".")
}

/// The text is a Python stack, innermost line first (`FILE(LINE): FUNCTION`); for code that was
/// scripted it is one such line and the source. The line that tells most is the innermost one of
/// the model's own code: LibTorch's modules are where every model's ops come from.
fn source_place(text: &str) -> String {
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

    fn of(text: &str) -> String {
        super::of(&Origin { modules: vec!["TOP()::forward".into()], source: text.into() })
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
        let origin =
            Origin { modules: functions.map(str::to_owned).into(), source: "x(1): f".into() };
        assert_eq!(super::of(&origin), "layer1.0.conv1");
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
