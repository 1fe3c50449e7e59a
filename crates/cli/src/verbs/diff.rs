//! `memo diff OLD NEW --max-growth 1%`

mod growth;
mod side;

use std::path::PathBuf;
use std::time::Duration;

use memo_malloc::Bytes;
use memo_report::units::{bytes, bytes_exact, share};
use serde_json::{Value, json};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::grid::{Look, grid};
use crate::reading::Reading;
use crate::seconds;

use growth::Growth;
use side::{Changed, Side, changed};

/// What to compare, and what is too much.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:\n  memo diff old.json new.json\n  memo diff main.onnx branch.onnx --dim batch=1 --max-growth 1%\n  memo diff old.json new.json --max-growth 64KiB --markdown >> summary.md\n"
)]
pub struct Args {
    /// A problem, a trace, a model or a plan: how it was
    old: PathBuf,
    /// How it is
    new: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// Most by which the peak may grow, in per cent or bytes: 1% or 64KiB; more ends in exit code 1
    #[arg(long, value_name = "GROWTH", value_parser = growth::parse)]
    max_growth: Option<Growth>,
    /// Most ops that are listed
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// Print a table for GitHub and other readers of Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Most seconds to look for the best plan of each file that is no plan
    #[arg(long, value_name = "SECONDS", value_parser = seconds::parse, allow_negative_numbers = true)]
    time_limit: Option<Duration>,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let side = |path| Side::read(path, &self.reading.options(), self.time_limit, console);
        let (old, new) = (side(&self.old)?, side(&self.new)?);
        let mut ops = changed(&old, &new);
        ops.truncate(self.top);
        let is_too_much = self.max_growth.is_some_and(|most| most.is_exceeded(old.peak, new.peak));
        if console.is_json() {
            console.json_result(&fields(&old, &new, &ops, is_too_much))?;
        } else {
            console.result(self.told(&old, &new, &ops, is_too_much))?;
        }
        Ok(if is_too_much { Exit::CheckFailed } else { Exit::Done })
    }

    fn told(&self, old: &Side, new: &Side, ops: &[Changed], is_too_much: bool) -> String {
        let look = if self.markdown { Look::Markdown } else { Look::Terminal };
        let cells = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let row = |name: &str, old: Bytes, new: Bytes| {
            let growth = change(old, new);
            vec![safe(name, look), bytes(old), bytes(new), growth]
        };
        let totals = [
            cells(["", "old", "new", "change"]),
            row("peak", old.peak, new.peak),
            row("lower bound", old.lower_bound, new.lower_bound),
            row("max load", old.load.bytes, new.load.bytes),
        ];
        let mut text =
            format!("{}\n\n{}", self.verdict(old, new, is_too_much), grid(&totals, look));
        if !ops.is_empty() {
            let head = cells(["live at the max load", "old", "new", "change"]);
            let rows = ops.iter().map(|op| row(&op.name, op.old, op.new));
            let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
            text = format!("{text}\n\n{}", grid(&rows, look));
        }
        text
    }

    fn verdict(&self, old: &Side, new: &Side, is_too_much: bool) -> String {
        let (from, to) = (bytes_exact(old.peak), bytes_exact(new.peak));
        let verdict = match (self.max_growth, is_too_much) {
            (Some(most), true) => format!(", more than the {most} allowed"),
            (Some(most), false) => format!(", within the {most} allowed"),
            (None, _) => String::new(),
        };
        format!("peak {from} to {to}: {}{verdict}", change(old.peak, new.peak))
    }
}

/// The difference, in bytes and as a share of what was.
fn change(old: Bytes, new: Bytes) -> String {
    let sign = match new.cmp(&old) {
        std::cmp::Ordering::Less => "−",
        std::cmp::Ordering::Equal => return "unchanged".to_owned(),
        std::cmp::Ordering::Greater => "+",
    };
    let difference = new.abs_diff(old);
    if old == 0 {
        return format!("{sign}{}", bytes(difference));
    }
    format!("{sign}{} ({sign}{})", bytes(difference), share(difference, old))
}

/// A name as it may stand in a table.
fn safe(name: &str, look: Look) -> String {
    let name: String = name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    match look {
        Look::Terminal => name,
        Look::Markdown => {
            let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('\\', "\\\\");
            ['|', '`', '*', '_', '[', ']']
                .iter()
                .fold(escaped, |text, letter| text.replace(*letter, &format!("\\{letter}")))
        }
    }
}

fn fields(old: &Side, new: &Side, ops: &[Changed], is_too_much: bool) -> Value {
    let side = |side: &Side| {
        json!({
            "buffers": side.buffer_count,
            "peak": side.peak,
            "lower_bound": side.lower_bound,
            "max_load": side.load.bytes,
            "max_load_step": side.load.step,
        })
    };
    let op = |op: &Changed| json!({ "op": op.name, "old": op.old, "new": op.new });
    json!({
        "exceeded": is_too_much,
        "old": side(old),
        "new": side(new),
        "ops": ops.iter().map(op).collect::<Vec<_>>(),
    })
}
