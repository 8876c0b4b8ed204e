// Records console messages and errors in window.__messages. The test server adds this script to the watched page; the
// shipped page does not have it.
"use strict";
window.__messages = [];
{
  const keep = (kind, ...parts) => window.__messages.push(`${kind}: ${parts.map(text).join(" ")}`);

  const text = (value) => {
    if (value instanceof Error) return `${value}${value.stack ? `\n${value.stack}` : ""}`;
    if (typeof value === "string") return value;
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };

  for (const kind of ["debug", "log", "info", "warn", "error", "trace", "dir", "table"]) {
    const original = console[kind];
    console[kind] = (...parts) => {
      keep(`console.${kind}`, ...parts);
      original.apply(console, parts);
    };
  }
  const assert = console.assert;
  console.assert = (condition, ...parts) => {
    if (!condition) keep("console.assert", ...parts);
    assert.call(console, condition, ...parts);
  };

  // In the capture phase, because the error event of a resource does not bubble.
  addEventListener(
    "error",
    (event) => {
      if (event instanceof ErrorEvent) {
        keep("uncaught", event.error ?? event.message, `(${event.filename}:${event.lineno})`);
      } else {
        keep("not loaded", event.target?.src ?? event.target?.href ?? event.target?.localName);
      }
    },
    true,
  );
  addEventListener("unhandledrejection", (event) => keep("unhandled rejection", event.reason));
  addEventListener("securitypolicyviolation", (event) =>
    keep("security policy", event.violatedDirective, event.blockedURI, `(${event.sourceFile}:${event.lineNumber})`),
  );

  // An error in a worker fires only at the worker object.
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("error", (event) => {
        if (event instanceof ErrorEvent) keep("worker", event.message, `(${event.filename}:${event.lineno})`);
        else keep("worker", "not loaded", given[0]);
      });
      this.addEventListener("messageerror", () => keep("worker", "a message could not be read"));
    }
  };
}
