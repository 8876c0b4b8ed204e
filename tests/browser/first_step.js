// Measures the first step after the navigation: presses the key as soon as the page is ready, and sets
// window.__firstStep to the times, in milliseconds, at which the page was ready and the step was painted.
new MutationObserver((_, observer) => {
  if (!("ready" in document.documentElement.dataset)) return;
  observer.disconnect();
  const ready = performance.now();
  const before = document.getElementById("scrub").value;
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", code: "ArrowRight", bubbles: true }));
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const moved = document.getElementById("scrub").value !== before;
      window.__firstStep = { ready, painted: performance.now(), moved };
    };
    port2.postMessage(null);
  });
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
