// The first step after the page was opened, as soon as it answers: from navigation to when it answers, and to the painted step.
const ready = performance.getEntriesByName("ready")[0].startTime;
const key = new KeyboardEvent("keydown", { key: "ArrowRight", code: "ArrowRight", bubbles: true, cancelable: true });
const start = performance.now();
document.body.dispatchEvent(key);
await new Promise((resolve) =>
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  }),
);
return { ready, step: ready + performance.now() - start };
