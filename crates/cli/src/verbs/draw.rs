//! `memo draw PLAN -o OUT.svg` or `OUT.png`

use std::path::PathBuf;

use memo_formats::stem;
use memo_report::{svg, svg_tiers};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, AnyPlan};
use crate::picture::Paper;
use crate::pixels;

/// Which plan, and where the picture goes.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:\n  memo draw plan.json -o plan.svg\n  memo draw plan.json -o plan.png\n  memo draw plan.json --title \"resnet18, batch 1\" -o plan.svg\n"
)]
pub struct Args {
    /// A plan; - for standard input
    plan: PathBuf,
    /// Where the picture goes: a name that ends in .svg or .png, or - for standard output, as SVG
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// What stands above the picture; the name of the file if not given
    #[arg(long)]
    title: Option<String>,
    /// Overwrite OUT
    #[arg(short, long)]
    force: bool,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let paper = Paper::new(self.output, self.force);
        paper.is_usable(&["svg", "png"], console)?;
        let title = self.title.unwrap_or_else(|| stem(&self.plan));
        let picture = match input::plan(&self.plan, console)? {
            AnyPlan::One(document) => svg(&title, document.problem(), document.plan()),
            AnyPlan::Tiered(document) => svg_tiers(&title, document.problem(), document.plan()),
        };
        if paper.is("png") {
            return paper.write(&pixels::png(&picture, console)?, console);
        }
        paper.write(picture.as_bytes(), console)
    }
}
