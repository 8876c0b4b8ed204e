// Makes idx files like MNIST's, and gives them to the page by drop or by the file input.

// An idx file: a big-endian header, and bytes that count from 0 to `most` − 1 repeatedly.
function idx(name, header, count, most) {
  const numbers = new DataView(new ArrayBuffer(4 * header.length));
  header.forEach((number, index) => numbers.setUint32(4 * index, number));
  return { name, parts: [numbers, Uint8Array.from({ length: count }, (_, index) => index % most)] };
}

// The images and labels of a set.
function set(name, count) {
  return [
    idx(`${name}-images-idx3-ubyte`, [0x803, count, 28, 28], count * 28 * 28, 256),
    idx(`${name}-labels-idx1-ubyte`, [0x801, count], count, 10),
  ];
}

const packed = (file) => ({ ...file, name: `${file.name}.gz`, gzip: true });
const cut = (file, length) => ({ ...file, length });

async function made({ name, parts, gzip, length }) {
  let blob = new Blob(parts);
  if (gzip) blob = await new Response(blob.stream().pipeThrough(new CompressionStream("gzip"))).blob();
  return new File([blob.slice(0, length)], name);
}

async function give(how, files) {
  const transfer = new DataTransfer();
  for (const file of await Promise.all(files.map(made))) transfer.items.add(file);
  const input = document.getElementById("open");
  if (how === "choose") {
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  } else {
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}
