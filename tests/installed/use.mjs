/** What a user runs who has installed the package: prints one line. */

import { check, MemoError, plan, PLANNERS } from "@memo/malloc";

const buffers = [
  { size: 1024, start: 0, end: 2 },
  { size: 512, start: 1, end: 3 },
  { size: 1024, start: 2, end: 4 },
];
try {
  const answer = plan(buffers, { planner: PLANNERS[0], align: 64 });
  const { valid } = check(buffers, answer, { align: 64 });
  console.log(`${answer.status} ${answer.peak} ${valid}`);
} catch (error) {
  if (!(error instanceof MemoError)) throw error;
  console.log(`${error.code}\n${error.message}`);
}
