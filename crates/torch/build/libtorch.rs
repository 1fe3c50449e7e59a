//! Where `LibTorch` is, and what its headers ask of us. Nothing is decided by version numbers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The header that tells one `LibTorch` from none, and its allocator interface.
const ALLOCATOR: &str = "c10/core/Allocator.h";

pub(crate) struct LibTorch {
    pub(crate) includes: Vec<PathBuf>,
    pub(crate) lib: PathBuf,
    /// For example `2.4.1`.
    pub(crate) version: String,
    allocator: String,
    config: String,
}

impl LibTorch {
    /// `LIBTORCH`, which must be right when it is set; else the torch of `python3`; else the
    /// system's.
    pub(crate) fn find() -> Result<LibTorch, String> {
        if let Some(root) = std::env::var_os("LIBTORCH").filter(|root| !root.is_empty()) {
            let root = PathBuf::from(root);
            return LibTorch::at(&root)
                .map_err(|why| format!("LIBTORCH is set to {}, but {why}\n{FIX}", root.display()));
        }
        let mut tried = Vec::new();
        match python_torch() {
            Ok(root) => match LibTorch::at(&root) {
                Ok(found) => return Ok(found),
                Err(why) => tried.push(format!("the torch of python3: {why}")),
            },
            Err(why) => tried.push(format!("the torch of python3: {why}")),
        }
        LibTorch::at(Path::new("/usr")).map_err(|why| {
            tried.push(format!("the system: {why}"));
            format!("no LibTorch was found; tried LIBTORCH: not set; {}\n{FIX}", tried.join("; "))
        })
    }

    fn at(root: &Path) -> Result<LibTorch, String> {
        // Debian's package for Python has links to /usr.
        let resolved = |path: PathBuf| path.canonicalize().unwrap_or(path);
        let include = resolved(root.join("include"));
        let header = include.join(ALLOCATOR);
        let allocator = fs::read_to_string(&header)
            .map_err(|error| format!("{}: {error}", header.display()))?;
        let lib = resolved(library_folder(root)?);
        let version = version_in(&include)?;
        let includes = vec![include.join("torch/csrc/api/include"), include]
            .into_iter()
            // The compiler knows /usr/include; naming it again would break its own headers.
            .filter(|folder| folder != Path::new("/usr/include"))
            .collect();
        let config = [root.join("share/cmake"), lib.join("cmake")]
            .iter()
            .find_map(|folder| fs::read_to_string(folder.join("Torch/TorchConfig.cmake")).ok())
            .unwrap_or_default();
        if config.contains("_GLIBCXX_USE_CXX11_ABI=0") {
            return Err("it was built with the C++ ABI of before 2011; take a newer one, or the \
                        download named cxx11-abi"
                .to_owned());
        }
        Ok(LibTorch { includes, lib, version, allocator, config })
    }

    /// What its `CMake` files ask of programs that include its headers.
    pub(crate) fn cpp_standard(&self) -> &'static str {
        if self.config.contains("cxx_std_20") { "c++20" } else { "c++17" }
    }

    /// How its allocator interface reads.
    pub(crate) fn defines(&self) -> impl Iterator<Item = &'static str> {
        let is_const = self.allocator.contains("DataPtr allocate(size_t n) const");
        let has_copy_data = self.allocator.contains("virtual void copy_data");
        let defines = [("MEMO_ALLOCATE_IS_CONST", is_const), ("MEMO_HAS_COPY_DATA", has_copy_data)];
        defines.into_iter().filter_map(|(name, holds)| holds.then_some(name))
    }
}

const FIX: &str = "fix: `npm run demo` installs one; or `apt-get install libtorch-dev`; or \
                   `pip install torch`; or set LIBTORCH to the folder that holds its include and lib";

/// The torch package of `python3`, found without importing it.
fn python_torch() -> Result<PathBuf, String> {
    const FIND: &str = "import importlib.util as u; s = u.find_spec('torch'); \
                        print(s.submodule_search_locations[0] if s else '')";
    let output = Command::new("python3")
        .args(["-c", FIND])
        .output()
        .map_err(|error| format!("python3 cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim() {
        "" => Err("it has none".to_owned()),
        root => Ok(PathBuf::from(root)),
    }
}

/// `MAJOR.MINOR.PATCH`, of the header that defines them; where it is differs.
fn version_in(include: &Path) -> Result<String, String> {
    let headers = ["torch/headeronly/version.h", "torch/csrc/api/include/torch/version.h"];
    let text = headers
        .iter()
        .find_map(|header| fs::read_to_string(include.join(header)).ok())
        .ok_or_else(|| format!("{} has no {}", include.display(), headers.join(" or ")))?;
    let part = |name: &str| {
        let define = format!("#define TORCH_VERSION_{name} ");
        let number = text.lines().find_map(|line| line.strip_prefix(&define))?;
        Some(number.trim().to_owned())
    };
    let parts = ["MAJOR", "MINOR", "PATCH"].map(part).into_iter().collect::<Option<Vec<_>>>();
    parts.map(|parts| parts.join(".")).ok_or_else(|| "its version header has no version".to_owned())
}

/// The folder of `libtorch_cpu.so`: `lib`, or where the system keeps its libraries.
fn library_folder(root: &Path) -> Result<PathBuf, String> {
    let lib = root.join("lib");
    let mut folders = vec![lib.clone(), root.join("lib64")];
    if let Ok(entries) = fs::read_dir(&lib) {
        let multiarch = entries.flatten().map(|entry| entry.path());
        folders.extend(multiarch.filter(|path| path.to_string_lossy().ends_with("-linux-gnu")));
    }
    folders
        .into_iter()
        .find(|folder| folder.join("libtorch_cpu.so").exists())
        .ok_or_else(|| format!("there is no libtorch_cpu.so in {}", lib.display()))
}
