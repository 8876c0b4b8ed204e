// Keeps the time of the plain path, of the fast one and of the peers in one page, round by round in turn.
import init, { Bench, busy, workloads } from "./pkg/bench_page.js";

const ROUNDS = 7;
const ROUND = 250; // milliseconds, at least
const WARM_UP = 1000; // until the browser has compiled all that runs often

await init();
window.workloads = workloads();

// The table of a workload, with those peers that do the same work.
window.measure = async (name, withPeers) => {
  const bench = new Bench(name);
  const { peers } = withPeers ? await import("./peers.js") : { peers: () => [] };
  const contenders = [
    { name: "plain", train: (miniBatches) => bench.plain(miniBatches) },
    { name: "fast", train: (miniBatches) => bench.fast(miniBatches) },
    ...(await peers(bench)),
  ];
  const speeds = contenders.map(() => []);
  const peaks = [];
  for (let round = -1; round < ROUNDS; round++) {
    const time = round < 0 ? WARM_UP : ROUND;
    const peak = rate(busy, ROUND);
    if (round >= 0) peaks.push(peak);
    for (const [index, contender] of contenders.entries()) {
      await contender.ready?.();
      const speed = rate(contender.train, time);
      if (round >= 0) speeds[index].push(speed);
    }
  }
  contenders.forEach(({ name }, index) => bench.note(name, new Float64Array(speeds[index])));
  const table = bench.table(new Float64Array(peaks));
  contenders.forEach((contender) => contender.end?.());
  bench.free();
  return table;
};

// Does more and more until the time is over. Returns how much a second.
function rate(work, time) {
  const start = performance.now();
  let count = 1;
  let done = 0;
  for (;;) {
    done += work(count);
    const elapsed = performance.now() - start;
    if (elapsed >= time) return (1000 * done) / elapsed;
    if (elapsed < time / 10) count *= 2; // looking at the clock takes time too
  }
}
