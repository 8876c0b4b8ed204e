// Trains in slices, so that it can be told to pause between them. It keeps no state of the training: that is in Rust.

import init, { train_begin, train_go_on, train_report, train_slice, train_terms } from "./pkg/worker.js";

const ready = init();
const soon = new MessageChannel(); // sooner than any timer, and after whatever the page has said
let running = false;
let wanted = true; // the page has drawn the report before, and wants the next

function report(all) {
  const bytes = train_report(all);
  wanted = false;
  postMessage(bytes, [bytes.buffer]);
}

function slice() {
  if (!running) return;
  const wait = train_slice(8);
  running = wait >= 0;
  if (!running || wanted) report(!running);
  if (wait > 0) setTimeout(slice, wait);
  else if (running) soon.port2.postMessage(null);
}
soon.port1.onmessage = slice;

function run() {
  running = true;
  soon.port2.postMessage(null);
}

const commands = {
  start({ task }) {
    const problem = train_begin(task);
    if (problem) postMessage(problem);
    else run();
  },
  resume() {
    train_go_on();
    run();
  },
  pause() {
    if (running) report(true);
    running = false;
  },
  set_criteria: ({ criteria, speed }) => train_terms(criteria.epochs, criteria.cost, criteria.accuracy, speed),
  report: () => (wanted = true),
};

self.onmessage = async ({ data }) => {
  await ready;
  try {
    commands[data.type](data);
  } catch (error) {
    running = false;
    postMessage(String(error));
  }
};
