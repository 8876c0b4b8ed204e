// Trains in slices and takes commands between them. The state of the training is in Rust.

import init, { train_start, train_resume, train_report, train_slice, train_set_criteria } from "./pkg/worker.js";

const ready = init();
const nextSlice = new MessageChannel(); // sooner than any timer, but after pending messages
let running = false;
let reportWanted = true; // the page has drawn the previous report

// Sends a report; `complete` includes what the page needs to continue from there.
function report(complete) {
  const bytes = train_report(complete);
  reportWanted = false;
  postMessage(bytes, [bytes.buffer]);
}

function slice() {
  if (!running) return;
  const wait = train_slice(8);
  running = wait >= 0;
  if (!running || reportWanted) report(!running);
  if (wait > 0) setTimeout(slice, wait);
  else if (running) nextSlice.port2.postMessage(null);
}
nextSlice.port1.onmessage = slice;

function run() {
  running = true;
  nextSlice.port2.postMessage(null);
}

const commands = {
  start({ task }) {
    const problem = train_start(task);
    if (problem) postMessage(problem);
    else run();
  },
  resume() {
    train_resume();
    run();
  },
  pause() {
    if (running) report(true);
    running = false;
  },
  set_criteria: ({ criteria, speed }) => train_set_criteria(criteria.epochs, criteria.cost, criteria.accuracy, speed),
  report: () => (reportWanted = true),
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
