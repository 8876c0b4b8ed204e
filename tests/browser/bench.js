// Measures 300 steps with a key, the first 100 to warm up: the time of the script, and the time until the step is
// painted. The key presses are spread over all phases of a frame.
const STEPS = 200;
const WARM_UP = 100; // until the browser has compiled what a step runs
const times = { script: [], painted: [], warm_up: [] };
const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// A task posted in a frame's callback runs after the frame has been painted.
const painted = () =>
  new Promise((resolve) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    }),
  );

for (let step = 0; step < WARM_UP + STEPS; step++) {
  await later((step * 7) % 17);
  const event = new KeyboardEvent("keydown", { key: "ArrowRight", code: "ArrowRight", bubbles: true, cancelable: true });
  const start = performance.now();
  document.body.dispatchEvent(event); // returns when all handlers have
  const handled = performance.now();
  const shown = await painted();
  if (step < WARM_UP) {
    times.warm_up.push(handled - start);
  } else {
    times.script.push(handled - start);
    times.painted.push(shown - start);
  }
}
return times;
