//! What the director does while threads work: options that change, files that break.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use memo_torch::{Options, disable, enable, settle, stats, trim};
use tempfile::TempDir;

use super::Shared;
use super::chance::Chance;
use super::tally::resident;

/// How long one set of options lasts, in seconds.
const PHASE: [u64; 4] = [2, 5, 10, 20];
const TICK: Duration = Duration::from_millis(250);

/// No request for so long means that threads wait for each other.
const STUCK: Duration = Duration::from_secs(300);

const MEMORY_LIMITS: [usize; 6] = [usize::MAX, usize::MAX, 64 << 20, 8 << 20, 1 << 20, 4096];
const PLANS_MAX: [usize; 4] = [4, 64, 256, 256];
const TRIMS: [Duration; 3] =
    [Duration::from_millis(1), Duration::from_millis(100), Duration::from_secs(60)];

pub(crate) struct Director<'a> {
    shared: &'a Shared,
    chance: Chance,
    /// Minutes told so far.
    told: u64,
    /// Requests when something last moved, and when that was.
    moved: (u64, Duration),
}

impl<'a> Director<'a> {
    pub(crate) fn new(shared: &'a Shared, chance: Chance) -> Director<'a> {
        Director { shared, chance, told: 0, moved: (0, Duration::ZERO) }
    }

    /// Phases until the time is over.
    pub(crate) fn run(mut self) -> Result<(), Box<dyn Error>> {
        let folders = [TempDir::new()?, TempDir::new()?];
        while !self.shared.is_over() {
            let options = self.options(&folders);
            enable(&options)?;
            let seconds = *self.chance.of(&PHASE);
            self.wait(Duration::from_secs(seconds));
            self.end_phase(options.plans.as_deref())?;
        }
        disable();
        Ok(())
    }

    fn options(&mut self, folders: &[TempDir; 2]) -> Options {
        let folder = folders.get(self.chance.below(3));
        Options {
            plans: folder.map(|folder| folder.path().to_owned()),
            plans_max: *self.chance.of(&PLANS_MAX),
            memory_limit: *self.chance.of(&MEMORY_LIMITS),
            trim_after: *self.chance.of(&TRIMS),
            planning_limit: Duration::from_millis(200),
        }
    }

    fn end_phase(&mut self, folder: Option<&Path>) -> io::Result<()> {
        if self.chance.one_in(2) {
            settle();
        }
        self.shared.tally.phase_ended(&stats().unwrap_or_default());
        if let Some(folder) = folder.filter(|_| self.chance.one_in(3)) {
            self.damage(folder)?;
        }
        if self.chance.one_in(4) {
            disable();
            self.wait(Duration::from_secs(1));
        }
        Ok(())
    }

    /// Cuts a plan file short, or puts one in place of another. A planner may be at work there.
    fn damage(&mut self, folder: &Path) -> io::Result<()> {
        let files: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
        if files.is_empty() {
            return Ok(());
        }
        let (one, other) = (self.chance.of(&files), self.chance.of(&files));
        let Ok(bytes) = fs::read(one) else { return Ok(()) };
        let length = if self.chance.one_in(2) { bytes.len() / 2 } else { bytes.len() };
        fs::write(other, &bytes[..length])?;
        self.shared.tally.damaged();
        Ok(())
    }

    fn wait(&mut self, duration: Duration) {
        let until = self.shared.watch.elapsed() + duration;
        while self.shared.watch.elapsed() < until && !self.shared.is_over() {
            std::thread::sleep(TICK);
            if self.chance.one_in(16) {
                trim();
            }
            self.look();
        }
    }

    /// Says each minute how it goes; ends the process if it does not.
    fn look(&mut self) {
        let now = self.shared.watch.elapsed();
        let requests = self.shared.tally.requests();
        if requests != self.moved.0 {
            self.moved = (requests, now);
        } else if now.saturating_sub(self.moved.1) > STUCK {
            println!("stuck: no request for {} s\n{}", STUCK.as_secs(), self.shared.tally);
            std::process::exit(1);
        }
        let minute = now.as_secs() / 60;
        if minute > self.told {
            self.told = minute;
            let (wrong, resident) = (self.shared.tally.failures(), resident().unwrap_or(0) >> 20);
            println!("{minute} min: {requests} requests, {wrong} wrong, {resident} MiB resident");
        }
    }
}
