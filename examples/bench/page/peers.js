// The workloads in libraries from npm: same network, samples and mini-batches, gradient descent on the mean of a mini-batch.
// Each library is used in its fastest way: data prepared in advance, no history, no callbacks. TensorFlow.js computes
// in single precision.

// The peers that can train on a workload: { name, train(miniBatches) -> samples, ready?(), end?() }.
export async function peers(bench) {
  const work = workOf(bench);
  const contenders = [await tensorflow(work, "cpu"), await tensorflow(work, "wasm"), await convnet(work)];
  // brain.js has no mini-batches, and one activation function for all layers.
  if (work.batchSize === 1) contenders.push(await brain(work));
  return contenders;
}

function workOf(bench) {
  const sizes = [...bench.sizes()];
  const layers = sizes.slice(1).map((neurons, l) => ({
    sources: sizes[l],
    neurons,
    activation: bench.activations()[l],
    weights: bench.weights(l),
  }));
  const samples = Array.from({ length: bench.count() }, (_, i) => ({ x: bench.x(i), y: bench.y(i) }));
  const batchSize = bench.batch_size();
  const batches = [];
  for (let at = 0; at < samples.length; at += batchSize) batches.push(samples.slice(at, at + batchSize));
  return { sizes, layers, batches, batchSize, rate: bench.learning_rate(), crossEntropy: bench.cross_entropy() };
}

// Cycles through the mini-batches, continuing where the previous call ended.
function cycle(batches, update) {
  let next = 0;
  return (miniBatches) => {
    let samples = 0;
    for (let i = 0; i < miniBatches; i++) {
      samples += update(batches[next]);
      next = (next + 1) % batches.length;
    }
    return samples;
  };
}

const scripts = new Map();
function script(file) {
  if (!scripts.has(file)) {
    const loaded = new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = `peers/${file}`;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`${file} could not be loaded`));
      document.head.append(element);
    });
    scripts.set(file, loaded);
  }
  return scripts.get(file);
}

async function tensorflow(work, backend) {
  for (const file of ["tf-core", "tf-layers", "tf-backend-cpu", "tf-backend-wasm"]) await script(`${file}.min.js`);
  tf.wasm.setWasmPaths("peers/");
  await tf.setBackend(backend);
  await tf.ready();
  const layers = work.layers.map(({ sources, neurons, activation, weights }) => ({
    w: tf.variable(tf.transpose(tf.tensor2d(Float32Array.from(weights), [neurons, sources]))),
    b: tf.variable(tf.zeros([neurons])),
    activation,
  }));
  const batches = work.batches.map((samples) => ({
    length: samples.length,
    x: tf.tensor2d(samples.map(({ x }) => [...x])),
    y: tf.tensor2d(samples.map(({ y }) => [...y])),
  }));
  const functions = { sigmoid: tf.sigmoid, tanh: tf.tanh, softmax: (z) => z }; // the softmax is part of the cost
  const cost = ({ length, x, y }) => {
    const a = layers.reduce((a, { w, b, activation }) => functions[activation](tf.add(tf.matMul(a, w), b)), x);
    if (work.crossEntropy) return tf.losses.softmaxCrossEntropy(y, a);
    return tf.mul(tf.sum(tf.square(tf.sub(a, y))), 0.5 / length);
  };
  const optimizer = tf.train.sgd(work.rate);
  return {
    name: `TensorFlow.js ${backend}`,
    ready: () => tf.setBackend(backend),
    train: cycle(batches, (batch) => {
      tf.tidy(() => optimizer.minimize(() => cost(batch)));
      return batch.length;
    }),
    end() {
      for (const { w, b } of layers) tf.dispose([w, b]);
      for (const { x, y } of batches) tf.dispose([x, y]);
      optimizer.dispose();
    },
  };
}

async function convnet(work) {
  await script("convnet-min.js");
  const net = new convnetjs.Net();
  const of = (depth) => ({ in_sx: 1, in_sy: 1, in_depth: depth });
  // Built by hand, because makeLayers would add another layer before the cost.
  net.layers = [new convnetjs.InputLayer({ out_sx: 1, out_sy: 1, out_depth: work.sizes[0] })];
  for (const { sources, neurons, activation, weights } of work.layers) {
    const dense = new convnetjs.FullyConnLayer({ ...of(sources), num_neurons: neurons });
    dense.filters.forEach((filter, j) => filter.w.set(weights.subarray(j * sources, (j + 1) * sources)));
    net.layers.push(dense);
    if (activation === "sigmoid") net.layers.push(new convnetjs.SigmoidLayer(of(neurons)));
    if (activation === "tanh") net.layers.push(new convnetjs.TanhLayer(of(neurons)));
  }
  const Cost = work.crossEntropy ? convnetjs.SoftmaxLayer : convnetjs.RegressionLayer;
  net.layers.push(new Cost(of(work.sizes.at(-1))));
  const trainer = new convnetjs.SGDTrainer(net, {
    method: "sgd",
    learning_rate: work.rate,
    momentum: 0,
    l2_decay: 0,
    batch_size: work.batchSize,
  });
  const vol = (x) => {
    const vol = new convnetjs.Vol(1, 1, x.length, 0);
    vol.w.set(x);
    return vol;
  };
  const batches = work.batches.map((samples) =>
    samples.map(({ x, y }) => ({ x: vol(x), y: work.crossEntropy ? y.indexOf(1) : y })),
  );
  return {
    name: "ConvNetJS",
    train: cycle(batches, (samples) => {
      for (const { x, y } of samples) trainer.train(x, y);
      return samples.length;
    }),
  };
}

async function brain(work) {
  await script("browser.js");
  const net = new window.brain.NeuralNetwork({
    inputSize: work.sizes[0],
    hiddenLayers: work.sizes.slice(1, -1),
    outputSize: work.sizes.at(-1),
    activation: work.layers[0].activation,
    learningRate: work.rate,
  });
  net.initialize();
  work.layers.forEach(({ sources, weights }, l) =>
    net.weights[l + 1].forEach((row, j) => row.set(weights.subarray(j * sources, (j + 1) * sources))),
  );
  net.trainOpts.momentum = 0; // the options require a value above 0
  const batches = work.batches.map(([{ x, y }]) => ({ input: Float32Array.from(x), output: Float32Array.from(y) }));
  return {
    name: "brain.js",
    train: cycle(batches, (sample) => {
      net.trainPattern(sample);
      return 1;
    }),
  };
}
