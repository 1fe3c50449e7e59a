//! `memo report PLAN [OTHER] -o OUT.html`

use std::borrow::Cow;
use std::path::PathBuf;

use memo_formats::stem;
use memo_malloc::analysis::held;
use memo_malloc::{Code, Plan, Problem};
use memo_report::{Names, Pane, html};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, AnyPlan};
use crate::picture::Paper;

/// Which plans, and where the report goes.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:\n  memo report plan.json -o plan.html\n  memo report before.json after.json -o both.html\n  memo report plan.json --redact -o plan.html\n"
)]
pub struct Args {
    /// A plan; - for standard input
    plan: PathBuf,
    /// Another, to be seen beside it over the same time
    other: Option<PathBuf>,
    /// Where the report goes: a name that ends in .html, or - for standard output
    #[arg(short, long, value_name = "OUT.html")]
    output: PathBuf,
    /// What stands above the report; the names of the files if not given
    #[arg(long)]
    title: Option<String>,
    /// Leave out what ops, modules, buffers, tiers and files are called
    #[arg(long)]
    redact: bool,
    /// Overwrite OUT
    #[arg(short, long)]
    force: bool,
}

/// A plan of one arena under its name.
struct Arena<'a> {
    name: String,
    problem: Cow<'a, Problem>,
    plan: Cow<'a, Plan>,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let paper = Paper::new(self.output, self.force);
        paper.is_usable(&["html"], console)?;
        let paths: Vec<PathBuf> = std::iter::once(self.plan).chain(self.other).collect();
        let names = if self.redact { Names::Redacted } else { Names::Shown };
        let stems = told(&paths, names);
        let plans = paths.iter().map(|path| input::plan(path, console));
        let plans = plans.collect::<Result<Vec<AnyPlan>, Failure>>()?;
        let mut all = Vec::new();
        for (stem, plan) in stems.iter().zip(&plans) {
            all.extend(arenas(stem, plan, names));
        }
        let panes = all.iter().map(|arena: &Arena<'_>| Pane {
            name: arena.name.clone(),
            problem: &arena.problem,
            plan: &arena.plan,
        });
        let title = self.title.unwrap_or_else(|| stems.join(" · "));
        let report = html(&title, &panes.collect::<Vec<_>>(), names)
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        paper.write(report.as_bytes(), console)
    }
}

/// What the plans are called: their files without folders, as far as that tells them apart.
fn told(paths: &[PathBuf], names: Names) -> Vec<String> {
    let stems: Vec<String> = paths.iter().map(|path| stem(path)).collect();
    let is_clear = stems.len() < 2 || stems[0] != stems[1];
    let name = |(number, path): (usize, &PathBuf)| match names {
        Names::Redacted => format!("plan {}", number + 1),
        Names::Shown if is_clear => stems[number].clone(),
        Names::Shown => path.to_string_lossy().into_owned(),
    };
    paths.iter().enumerate().map(name).collect()
}

/// The plan itself, or what each of its tiers holds.
fn arenas<'a>(stem: &str, plan: &'a AnyPlan, names: Names) -> Vec<Arena<'a>> {
    let document = match plan {
        AnyPlan::Tiered(document) => document,
        AnyPlan::One(document) => {
            return vec![Arena {
                name: stem.to_owned(),
                problem: Cow::Borrowed(document.problem()),
                plan: Cow::Borrowed(document.plan()),
            }];
        }
    };
    let held = held(document.problem(), document.plan());
    let arenas = document.problem().iter().zip(held).map(|((idx, tier), (problem, plan))| {
        let tier = match names {
            Names::Shown => tier.name.clone(),
            Names::Redacted => format!("tier {}", idx.usize() + 1),
        };
        let name = format!("{stem}: {tier}");
        Arena { name, problem: Cow::Owned(problem), plan: Cow::Owned(plan) }
    });
    arenas.collect()
}
