// Sends DOM events to the session in Rust as actions, and applies its replies to the page. No state of the app, no
// arithmetic and no formatting is here.

import init, {
  chart_svg, dispatch, open_files, point, provide_digits, resize, scenario_file, take_file, training_failed,
  training_reported, training_task,
} from "./pkg/deltascope.js";

// The rows of the digits are a large file, fetched in parallel. Only the presets that need them wait for it.
let digitsArrived = false;
const digits = fetch(new URL("data/digits8x8.csv", import.meta.url))
  .then((file) => (file.ok ? file.text() : ""))
  .catch(() => "");
await init();
const digitsProvided = digits.then((csv) => {
  provide_digits(csv);
  digitsArrived = true;
});

const byId = (id) => document.getElementById(id);
const send = (type, value, control) => show(JSON.parse(dispatch(JSON.stringify({ type, value }))), control);

// ——— from the session to the page ———

function show(reply, control) {
  for (const [id, html] of reply.fragments) setContent(byId(id), html);
  for (const [id, name, value] of reply.attributes) {
    if (value === null) byId(id).removeAttribute(name);
    else byId(id).setAttribute(name, value);
  }
  for (const [id, value] of reply.fields) {
    const field = byId(id);
    if (field.type === "checkbox") field.checked = value === "true";
    else field.value = value;
  }
  if (reply.highlighted) {
    for (const element of document.querySelectorAll("[data-ref]")) {
      element.classList.toggle("highlighted", reply.highlighted.includes(element.getAttribute("data-ref")));
    }
  }
  for (const command of reply.commands) carryOut(command);
  if (reply.reveal) byId(reply.reveal).scrollIntoView({ block: "nearest" });
  for (const id of reply.reveal_in_box) revealInBox(byId(id));
  document.documentElement.dataset.theme = reply.dark ? "dark" : "light";
  // If the button just pressed is gone, the keyboard focus moves to the top of the view.
  if (control && !control.offsetParent && !control.closest("dialog")) byId("main").focus({ preventScroll: true });
  if (reply.failure || !reply.automatic) showFailure(reply.failure, control);
  // Moving the pointer does not restart the timer.
  if (!reply.automatic || reply.wake === null) timer = clearTimeout(timer);
  if (reply.wake !== null) timer ??= setTimeout(timerFired, reply.wake);
}

// Scrolls the box around an element so that the element is in view. `scrollIntoView` would scroll the page too.
function revealInBox(element) {
  const box = element.closest(".scroll");
  if (box.scrollHeight <= box.clientHeight) return;
  const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(box);
  const [row, view] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
  const above = view.top + parseFloat(scrollPaddingTop) - row.top;
  const below = row.bottom + parseFloat(scrollPaddingBottom) - view.top - box.clientHeight;
  if (above > 0) box.scrollTop -= above;
  else if (below > 0) box.scrollTop += below;
}

let timer;
function timerFired() {
  timer = undefined;
  send("TimerFired");
}

// Training runs in a worker. The page passes commands on, and asks for the next report after drawing the previous one.
let worker;
function carryOut(command) {
  if (command.type === "start" || command.type === "stop") {
    worker?.terminate();
    worker = undefined;
  }
  if (command.type === "start") {
    const task = training_task();
    const own = (worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
    const failed = (reason) => own === worker && show(JSON.parse(training_failed(reason)));
    own.onerror = (event) => failed(event.message || "the browser could not start it");
    own.onmessage = ({ data }) => {
      if (typeof data === "string") return failed(data);
      if (own !== worker) return;
      show(JSON.parse(training_reported(data)));
      requestAnimationFrame(() => own.postMessage({ type: "report" }));
    };
    own.postMessage({ type: "start", task }, [task.buffer]);
  } else worker?.postMessage(command);
}

// Replaces the content of an element. The focused element in it is found again by its id or its `data-ref`.
function setContent(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const selector = focused?.id
    ? `#${focused.id}`
    : focused?.hasAttribute("data-ref") && `[data-ref="${focused.getAttribute("data-ref")}"]`;
  element.innerHTML = html;
  if (selector) (element.querySelector(selector) ?? element).focus({ preventScroll: true });
}

function showFailure(failure, control) {
  const own = failure && document.querySelector(`[data-error-for="${CSS.escape(failure.action)}"]`);
  // A message in a closed dialog would not be seen.
  const place = failure && (own && !own.closest("dialog:not([open])") ? own : byId("message"));
  for (const error of document.querySelectorAll(".error")) {
    if (error !== place && error.textContent) error.textContent = "";
  }
  for (const invalid of document.querySelectorAll("[aria-invalid]")) invalid.removeAttribute("aria-invalid");
  if (!failure) return;
  place.textContent = failure.message;
  control?.setAttribute("aria-invalid", "true");
  // A select whose markup has the current choice shows it again instead of the refused one.
  const current = control?.querySelector("option[selected]");
  if (current) current.selected = true;
}

// ——— from the page to the session ———

// The value of a control's action: `data-value`, with the control's own value as its field `to`, or one of the two.
function valueOf(element) {
  const given = element.dataset.value && JSON.parse(element.dataset.value);
  if (!element.matches("input, select")) return given;
  const value = element.type === "checkbox" ? element.checked : element.value;
  return given ? { ...given, to: value } : value;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  if (button) send(button.dataset.action, valueOf(button), button);
  const term = event.target.closest("math [data-ref]");
  if (term) send("Selected", term.getAttribute("data-ref"));
  const opens = event.target.closest("[data-opens]");
  if (opens) byId(opens.dataset.opens).showModal();
});

document.addEventListener("change", (event) => {
  const control = event.target;
  control.removeAttribute("aria-busy"); // this choice replaces one that is loading
  const option = control.selectedOptions?.[0];
  if (option?.hasAttribute("data-fetches")) {
    const set = control.value;
    openWhenLoaded(control, filesOf(set).then(read, () => []), (files) => {
      if (files.length) openRead(files, control);
      else send(control.dataset.action, set, control); // the reply says that it is missing
    });
  } else if (option?.hasAttribute("data-needs-digits") && !digitsArrived) {
    openWhenLoaded(control, digitsProvided, () => send(control.dataset.action, control.value, control));
  } else if (control.matches("[data-action]") && control.id !== "scrub") {
    send(control.dataset.action, valueOf(control), control);
  }
});

byId("scrub").addEventListener("input", ({ target }) => send(target.dataset.action, target.value, target));

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.target.closest?.("dialog")) return;
  const typing = event.target.matches?.("input, select, textarea");
  const pressing = event.target.matches?.("button, summary") && [" ", "Enter"].includes(event.key);
  if ((typing && event.key !== "Escape") || pressing) return;
  if (event.key === "?") byId("help").showModal();
  const term = event.target.closest?.("math [data-ref]");
  if (term && event.key === "Enter") send("Selected", term.getAttribute("data-ref"));
  const scrolls = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", " "];
  const region = event.target.matches?.(".scroll") ? event.target : null;
  const across = ["ArrowLeft", "ArrowRight"].includes(event.key) && region?.scrollWidth > region?.clientWidth;
  const down = ["ArrowUp", "ArrowDown"].includes(event.key) && region?.scrollHeight > region?.clientHeight;
  if (across || down) return; // the focused region scrolls
  const control = event.ctrlKey || event.metaKey;
  if (scrolls.includes(event.key) || (control && ["z", "Z", "y"].includes(event.key))) event.preventDefault();
  send("KeyPressed", { key: event.key, shift: event.shiftKey, control });
});

// Items under the pointer or with the keyboard focus are highlighted in text and picture.
const network = byId("network");
for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, (event) => {
    if (event.target === network) return;
    send("Hovered", event.target.closest?.("[data-ref]")?.getAttribute("data-ref") ?? null);
  });
}

const pointOf = (event) => {
  const box = network.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};
network.addEventListener("pointermove", (event) => show(JSON.parse(point(...pointOf(event), false))));
network.addEventListener("pointerleave", () => send("Hovered", null));
network.addEventListener("pointerdown", (event) => {
  // Commit what is being typed first: another selection removes the field.
  if (document.activeElement.matches("input")) document.activeElement.blur();
  show(JSON.parse(point(...pointOf(event), true)));
});

byId("theme").addEventListener("click", () => {
  send("ThemeChanged", { dark: document.documentElement.dataset.theme !== "dark" });
});

// The bytes of a file, unpacked; `undefined` if it is too large.
const MAX_BYTES = 2 ** 28;
async function bytesOf(blob) {
  if (blob.size > MAX_BYTES) return undefined;
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpacked(blob).catch(() => bytes) : bytes;
}
async function unpacked(blob) {
  const chunks = [];
  let size = 0;
  for (const reader = blob.stream().pipeThrough(new DecompressionStream("gzip")).getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    if ((size += value.length) > MAX_BYTES) throw new RangeError(); // a small file can unpack to any size
    chunks.push(value);
  }
}
// The names and bytes of files.
const read = (files) =>
  Promise.all(files.map(async (file) => [file.name, await bytesOf(file).catch(() => undefined)]));
function openRead(files, control) {
  for (const [name, bytes] of files) take_file(name, bytes);
  if (files.length) show(JSON.parse(open_files()), control);
}
const open = async (files, control) => openRead(await read(files), control);
byId("open").addEventListener("change", ({ target }) => {
  open([...target.files], target).then(() => (target.value = ""));
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  open([...event.dataTransfer.files], byId("open"));
});

// The files of a data set on the server, named in `data/list.json`.
async function filesOf(set) {
  const get = async (path) => {
    const response = await fetch(new URL(`data/${path}`, import.meta.url));
    return response.ok ? response : Promise.reject(response);
  };
  const names = (await (await get("list.json")).json())[set];
  return Promise.all(names.map(async (name) => new File([await (await get(`${set}/${name}`)).blob()], name)));
}

// Opens what was chosen in a select once it is loaded, unless the select shows something else by then.
let latest;
async function openWhenLoaded(select, loading, open) {
  const choice = select.value;
  const own = (latest = {});
  select.setAttribute("aria-busy", "true");
  send("DownloadStarted", select.selectedOptions[0].textContent);
  const loaded = await loading;
  if (own !== latest) return; // a later choice is loading
  select.removeAttribute("aria-busy");
  if (select.value === choice) open(loaded);
}

function download(text, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
for (const [id, fromHere] of [["save", false], ["save-here", true]]) {
  byId(id).addEventListener("click", () => download(scenario_file(fromHere), "application/json", "scenario.json"));
}
for (const button of document.querySelectorAll("[data-saves]")) {
  const id = button.dataset.saves;
  button.addEventListener("click", () => download(chart_svg(id), "image/svg+xml", `${id}.svg`));
}

// ——— the start ———

// A canvas out of sight gets size 0 and is not drawn.
function reportSize(surface) {
  const inSight = "inSight" in surface.dataset;
  const [width, height] = inSight ? [surface.clientWidth, surface.clientHeight] : [0, 0];
  show(JSON.parse(resize(surface.querySelector("canvas").id, width, height, devicePixelRatio)));
}
const resizeObserver = new ResizeObserver((entries) => entries.forEach(({ target }) => reportSize(target)));
const intersectionObserver = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) target.dataset.inSight = "";
      else delete target.dataset.inSight;
      reportSize(target);
    }
  },
  { rootMargin: "80px" },
);
for (const surface of document.querySelectorAll(".surface")) {
  resizeObserver.observe(surface);
  intersectionObserver.observe(surface);
}
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => send("ThemeChanged", { dark: dark.matches }));
send("ThemeChanged", { dark: dark.matches });
document.documentElement.dataset.ready = "";
