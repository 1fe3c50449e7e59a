//! Plans three buffers and checks the plan: `cargo run -p memo-malloc --example plan`.

use memo_malloc::{Buffer, Limits, Problem, check, planners};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = Problem::new(vec![
        Buffer::new(1024, 0, 2), // bytes, live in the steps [0, 2)
        Buffer::new(512, 1, 3).aligned(64),
        Buffer::new(1024, 2, 4),
    ])?;
    let outcome = planners::plan(&problem, &Limits::default())?;
    let plan = outcome.plan().ok_or("without a capacity there is always a plan")?;
    check(&problem, plan)?;
    assert_eq!((plan.peak, plan.is_optimal()), (1536, true));
    Ok(())
}
