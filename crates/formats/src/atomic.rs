//! Writes a file as a whole or not at all.
//!
//! The content goes to a temporary file in the same folder, is synced to the disk, and takes the
//! name of the target in one step. Whoever reads sees the old file or the new one; a process killed
//! in between leaves the old file as it was.

use std::fs::{self, File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::Builder;

/// Fills the file at `path` through `fill`. Without `overwrite` an existing file is left alone and
/// the error is [`io::ErrorKind::AlreadyExists`].
pub(crate) fn write(
    path: &Path,
    overwrite: bool,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    if is_special(path) {
        return fill(&mut File::options().write(true).open(path)?);
    }
    let target = resolved(path);
    let folder = folder_of(&target);
    let mut builder = Builder::new();
    builder.prefix(".memo-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(new_file_permissions());
    let mut part = builder.tempfile_in(folder)?;
    fill(part.as_file_mut())?;
    part.as_file().sync_all()?;
    let done = if overwrite { part.persist(&target) } else { part.persist_noclobber(&target) };
    done.map_err(|error| error.error)?;
    sync_folder(folder)
}

/// A device or a pipe, which is written to rather than replaced.
pub(crate) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// The file a link leads to, so that the link stays.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// What any new file gets: all may read and write, less the process's mask.
#[cfg(unix)]
fn new_file_permissions() -> Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// Makes the new name itself survive a crash of the machine.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
