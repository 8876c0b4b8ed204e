// Measures a training at full speed: the time of each frame, and the samples per second with and without drawing.
const SECONDS = 5;
const WARM_UP = 1.5; // seconds, until the browser has compiled what is run
const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
const samples = () => Number(document.querySelectorAll("#train-numbers dd")[2].textContent.replace(/\D/g, ""));
const button = document.getElementById("train");
document.getElementById("view-train").click();
button.click();
await wait(WARM_UP);

const frames = [];
const begun = { samples: samples(), time: performance.now() };
await new Promise((done) => {
  let last = performance.now();
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    if (now - begun.time > 1000 * SECONDS) done();
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
const drawn = { samples: samples(), time: performance.now() };

// The page requests the next report after drawing the previous one, so without frames it requests none.
const own = window.requestAnimationFrame;
window.requestAnimationFrame = () => 0;
await wait(SECONDS);
button.click();
while (!document.getElementById("train-state").textContent.startsWith("Paused")) await wait(0.001);
const idle = { samples: samples(), time: performance.now() };
window.requestAnimationFrame = own;
document.getElementById("train-stop").click();

const speed = (from, to) => (to.samples - from.samples) / (to.time - from.time) * 1000;
return { frames: frames.slice(1), speed: speed(begun, drawn), idle: speed(drawn, idle) };
