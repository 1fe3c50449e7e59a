//! `memo draw PLAN -o OUT.svg`

use std::path::{Path, PathBuf};

use memo_formats::{Overwrite, may_write_text, write_text};
use memo_malloc::Code;
use memo_report::{svg, svg_tiers};
use serde_json::json;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, AnyPlan};

/// Which plan, and where the picture goes.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:\n  memo draw plan.json -o plan.svg\n  memo draw plan.json --title \"resnet18, batch 1\" -o plan.svg\n"
)]
pub struct Args {
    /// A plan; - for standard input
    plan: PathBuf,
    /// Where the picture goes: a name that ends in .svg, or - for standard output
    #[arg(short, long, value_name = "OUT.svg")]
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
        self.output_is_usable(console)?;
        let title = self.title.clone().unwrap_or_else(|| stem(&self.plan));
        let picture = match input::plan(&self.plan, console)? {
            AnyPlan::One(document) => svg(&title, document.problem(), document.plan()),
            AnyPlan::Tiered(document) => svg_tiers(&title, document.problem(), document.plan())?,
        };
        if self.output == Path::new("-") {
            return console.write(picture.as_bytes()).map(|()| Exit::Done);
        }
        write_text(&self.output, picture.as_bytes(), self.overwrite())?;
        if console.is_json() {
            console.json_result(
                &json!({ "output": self.output.to_string_lossy(), "bytes": picture.len() }),
            )?;
        } else {
            console.message(format!("wrote {}", self.output.display()));
        }
        Ok(Exit::Done)
    }

    fn overwrite(&self) -> Overwrite {
        if self.force { Overwrite::Force } else { Overwrite::Refuse }
    }

    /// Finds out before the work whether it would be in vain.
    fn output_is_usable(&self, console: &Console) -> Result<(), Failure> {
        if self.output == Path::new("-") {
            return if console.is_json() { Err(Failure::stdout_twice()) } else { Ok(()) };
        }
        let is_svg = self.output.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("svg"));
        if is_svg {
            return Ok(may_write_text(&self.output, self.overwrite())?);
        }
        Err(Failure::new(Code::UnknownFormat, "pictures are drawn as SVG only")
            .fix_by("end the name in .svg")
            .in_file(self.output.to_string_lossy()))
    }
}

/// The name of a file without its folders and extensions.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}
