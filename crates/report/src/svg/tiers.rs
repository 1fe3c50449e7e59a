//! Several tiers: a map and a load for each, one under the other, over the same time.

use std::fmt::Write;

use memo_malloc::analysis::held;
use memo_malloc::model::{Tier, TierIdx, TieredPlan, TieredProblem};
use memo_malloc::{Plan, Problem};

use super::frame::{Frame, HEAD, Heights, LEFT};
use super::{head, legend, panel, put};
use crate::escape::escape;
use crate::groups::Groups;
use crate::units::{bytes, count, counted, share};

/// Room for the name of a tier above its map.
const NAME: f64 = 44.0;

/// Draws a plan over tiers under a title.
pub fn svg_tiers(title: &str, problem: &TieredProblem, plan: &TieredPlan) -> String {
    let (mut out, mut top) = (String::new(), HEAD - 16.0);
    let (held, groups) = (held(problem, plan), Groups::of(problem.problem()));
    let height = |plan: &Plan| if plan.peak == 0 { NAME } else { NAME + Heights::OF_SEVERAL.all() };
    let all: f64 = held.iter().map(|(_, plan)| height(plan)).sum();
    head(&mut out, title, &numbers(problem, plan), top + all);
    for ((tier, told), (here, plan_here)) in problem.iter().zip(&held) {
        name(&mut out, top, &told.name, &numbers_of(told, tier, plan, here));
        if plan_here.peak > 0 {
            let frame = Frame::of(here, plan_here, top + NAME, Heights::OF_SEVERAL);
            panel(&mut out, &frame, here, plan_here, &groups);
        }
        top += height(plan_here);
    }
    legend::draw(&mut out, &groups);
    out.push_str("</svg>\n");
    out
}

fn name(out: &mut String, top: f64, name: &str, numbers: &str) {
    let (y, name, numbers) = (top + 16.0, escape(name), escape(numbers));
    put!(
        out,
        r#"<text class="quiet" x="{LEFT}" y="{y}"><tspan class="tier">{name}</tspan>  {numbers}</text>"#
    );
}

/// The line under the title.
fn numbers(problem: &TieredProblem, plan: &TieredPlan) -> String {
    let buffers = problem.problem().buffers();
    let sum = buffers.iter().map(|buffer| buffer.size).sum();
    let quality = if plan.is_optimal() {
        "proven least".to_owned()
    } else {
        let above = share(plan.cost - plan.lower_bound, plan.lower_bound);
        format!("at most {above} above the least")
    };
    let cost = count(plan.cost);
    format!("{} of {} · cost {cost}: {quality}", counted(buffers.len(), "buffer"), bytes(sum))
}

fn numbers_of(tier: &Tier, idx: TierIdx, plan: &TieredPlan, here: &Problem) -> String {
    let sum = here.buffers().iter().map(|buffer| buffer.size).sum();
    let buffers = plan.buffer_count(idx);
    let held = match plan.peaks[idx.usize()] {
        0 => counted(buffers, "buffer"),
        peak => format!("{} of {} in {}", counted(buffers, "buffer"), bytes(sum), bytes(peak)),
    };
    let capacity =
        tier.capacity.map_or(String::new(), |most| format!(" · capacity {}", bytes(most)));
    format!("{held}{capacity} · cost {} a byte", count(tier.cost))
}

#[cfg(test)]
mod tests {
    use memo_malloc::model::CostCertificate;
    use memo_malloc::{Buffer, BufferIdx, Lifetime};

    use super::*;

    #[test]
    fn each_tier_has_its_buffers_and_an_empty_one_its_name_only() {
        let buffers = vec![Buffer::new(64, 0, 40), Buffer::new(32, 0, 40), Buffer::new(64, 20, 40)];
        let interval = |start, end| (BufferIdx(0), Lifetime { start, end });
        let problem = Problem::new(buffers).unwrap();
        let problem = problem.with_intervals(vec![interval(0, 9), interval(30, 40)]).unwrap();
        let tier = |name: &str, cost| Tier { name: name.into(), capacity: Some(96), cost };
        let tiers = vec![tier("fast & small", 1), tier("never", 9), tier("slow", 2)];
        let problem = TieredProblem::new(problem, tiers, vec![]).unwrap();
        let plan = TieredPlan {
            tiers: vec![TierIdx(0), TierIdx(0), TierIdx(2)],
            offsets: vec![0, 64, 0],
            peaks: vec![96, 0, 64],
            cost: 224,
            lower_bound: 160,
            certificate: CostCertificate::FinishedSearch,
        };
        let svg = svg_tiers("x", &problem, &plan);
        // The first has two intervals.
        assert_eq!(svg.matches("class=\"buffer").count(), 4);
        for name in ["fast &amp; small", "never", "slow"] {
            assert!(svg.contains(&format!("<tspan class=\"tier\">{name}</tspan>")), "{svg}");
        }
        assert_eq!(svg.matches("load: bytes live").count(), 2);
        assert!(svg.contains("cost 224: at most 40 % above the least"));
    }
}
