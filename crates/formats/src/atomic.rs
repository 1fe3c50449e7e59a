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
    // The error would name the temporary file, which says nothing to the user.
    let nameless = |error: io::Error| io::Error::from(error.kind());
    let mut part = builder.tempfile_in(folder).map_err(nameless)?;
    fill(part.as_file_mut())?;
    if let Ok(replaced) = fs::metadata(&target) {
        part.as_file().set_permissions(replaced.permissions())?;
    }
    part.as_file().sync_all()?;
    let done = if overwrite { part.persist(&target) } else { part.persist_noclobber(&target) };
    // The folder is not synced: after a crash of the machine it may be the old file that is there,
    // but a whole one, and a sync can take longer than all the planning.
    done.map_err(|error| error.error)?;
    Ok(())
}

/// A device or a pipe, which is written to rather than replaced.
pub(crate) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// The file a link leads to, so that the link stays.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The folder a file is to be in.
pub(crate) fn folder_of(path: &Path) -> &Path {
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

#[cfg(test)]
mod tests {
    use std::env;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::process::{Command, Stdio};

    use super::*;

    /// Names the file the test below, started again as a child, is to write half of.
    const HALF: &str = "MEMO_TEST_WRITE_HALF_OF";

    #[test]
    fn a_killed_writer_leaves_the_old_file() {
        if let Some(path) = env::var_os(HALF) {
            return write_half(Path::new(&path));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        fs::write(&path, "old").unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "atomic::tests::a_killed_writer_leaves_the_old_file", "--nocapture"])
            .env(HALF, &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("half is written")));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        write(&path, true, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    /// Writes half, says so, and waits to be killed.
    fn write_half(path: &Path) {
        let result = write(path, true, |file| {
            file.write_all(b"ne")?;
            file.sync_all()?;
            println!("half is written");
            io::stdin().read_to_end(&mut Vec::new()).map(drop)
        });
        result.unwrap();
    }

    #[test]
    fn an_existing_file_is_kept_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, false, |file| file.write_all(b"1")).unwrap();
        let error = write(&path, false, |file| file.write_all(b"2")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"1");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_writer_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let error = write(&path, true, |_| Err(io::ErrorKind::StorageFull.into())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    #[cfg(unix)]
    fn links_and_permissions_stay_and_a_new_file_has_usual_ones() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&file, false, |file| file.write_all(b"1")).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, true, |file| file.write_all(b"2")).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let plain = folder.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&plain));
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        write(&link, true, |file| file.write_all(b"3")).unwrap();
        assert_eq!(mode(&file) & 0o777, 0o640, "a replaced file keeps its permissions");
    }
}
