// Measures the plain path, the fast path and the peers in one page, in turn round by round.
import init, { Bench, peak, workloads } from "./pkg/bench_page.js";

const ROUNDS = 7;
const ROUND = 250; // milliseconds, at least
const WARM_UP = 1000; // until the browser has optimised the code

await init();
window.workloads = workloads();

// The table of a workload, optionally with the peers.
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
    const operations = rate(peak, ROUND);
    if (round >= 0) peaks.push(operations);
    for (const [index, contender] of contenders.entries()) {
      await contender.ready?.();
      const speed = rate(contender.train, time);
      if (round >= 0) speeds[index].push(speed);
    }
  }
  contenders.forEach(({ name }, index) => bench.record(name, new Float64Array(speeds[index])));
  const table = bench.table(new Float64Array(peaks));
  contenders.forEach((contender) => contender.end?.());
  bench.free();
  return table;
};

// Performs more and more work until the time is over. Returns the work per second.
function rate(work, time) {
  const start = performance.now();
  let count = 1;
  let done = 0;
  for (;;) {
    done += work(count);
    const elapsed = performance.now() - start;
    if (elapsed >= time) return (1000 * done) / elapsed;
    if (elapsed < time / 10) count *= 2; // checking the clock takes time too
  }
}
