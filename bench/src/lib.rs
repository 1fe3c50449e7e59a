//! What the commands that produce the published numbers share.

#[cfg(target_os = "linux")]
pub mod fresh;
pub mod network;
pub mod packings;
#[cfg(target_os = "linux")]
pub mod pair;
#[cfg(target_os = "linux")]
pub mod peers;
#[cfg(target_os = "linux")]
pub mod process;
pub mod random;
#[cfg(target_os = "linux")]
pub mod replay;
pub mod spread;
