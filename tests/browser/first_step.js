// From the navigation to the first step that a reader can make: as soon as the page is ready, the key is pressed, and
// window.__firstStep says when its picture was painted (and when the page was ready), in milliseconds.
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
