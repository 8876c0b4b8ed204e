// Measures the time of each frame while four runs play at full speed.
const SECONDS = 6;
const WARM_UP = 60; // frames, until the browser has compiled what a step runs
const set = (id, value) => {
  const field = document.getElementById(id);
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
};
set("play-by", "sample");
set("speed", "60");
const position = () => Number(document.getElementById("scrub").value);
const frames = [];
const moved = new Set();
document.getElementById("play").click();
await new Promise((done) => {
  const start = performance.now();
  let last = start;
  const frame = (now) => {
    frames.push(now - last);
    moved.add(position());
    last = now;
    if (now - start > 1000 * SECONDS) done();
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
document.getElementById("play").click();
return { frames: frames.slice(WARM_UP), moved: moved.size, runs: document.querySelectorAll(".run").length };
