// Keeps what each canvas has been told since it was last cleared; window.__drawn(canvas) tells. Two pictures that were
// drawn by the same commands are the same picture, though their pixels need not be: WebKit, when the machine is busy,
// may shade one at the rim of a shape a little differently. The test server puts this script into the watched page;
// what is shipped does not have it.
"use strict";
{
  const told = new WeakMap();
  const keep = (canvas, words) => {
    if (!told.has(canvas)) told.set(canvas, []);
    told.get(canvas).push(words);
  };

  const context = CanvasRenderingContext2D.prototype;
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(context))) {
    if (typeof property.value === "function" && !/^(constructor|get|is|measure|create)/.test(name)) {
      context[name] = function (...given) {
        if (name === "clearRect") told.delete(this.canvas);
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

  window.__drawn = (canvas) => [`${canvas.width} × ${canvas.height}`, ...(told.get(canvas) ?? [])].join("\n");
}
