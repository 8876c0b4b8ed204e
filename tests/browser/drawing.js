// Records the commands of each canvas since it was last cleared; window.__drawn(canvas) returns them. Tests compare
// commands instead of pixels, because WebKit on a busy machine may draw the edge of a shape slightly differently. The
// test server adds this script to the watched page; the shipped page does not have it.
"use strict";
{
  const commands = new WeakMap();
  const keep = (canvas, command) => {
    if (!commands.has(canvas)) commands.set(canvas, []);
    commands.get(canvas).push(command);
  };

  const context = CanvasRenderingContext2D.prototype;
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(context))) {
    if (typeof property.value === "function" && !/^(constructor|get|is|measure|create)/.test(name)) {
      context[name] = function (...given) {
        if (name === "clearRect") commands.delete(this.canvas);
        keep(this.canvas, `${name}(${given.join(", ")})`);
        return property.value.apply(this, given);
      };
    } else if (property.set) {
      Object.defineProperty(context, name, {
        ...property,
        set(value) {
          keep(this.canvas, `${name} = ${value}`);
          property.set.call(this, value);
        },
      });
    }
  }

  window.__drawn = (canvas) => [`${canvas.width} × ${canvas.height}`, ...(commands.get(canvas) ?? [])].join("\n");
}
