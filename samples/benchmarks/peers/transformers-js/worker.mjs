// The process in which transformers.js is measured.
// Arguments: model folder, vocabulary size, threads (0: its default).
// Speaks the lines of io.loquent.samples.benchmarks.worker over standard input and output.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

const [folder, vocabularyText, threadsText] = process.argv.slice(2);
const vocabulary = Number(vocabularyText);
const threads = Number(threadsText);
const answer = (line) => process.stdout.write(line + '\n');
const reason = (error) => String(error?.message ?? error).replace(/\s+/g, ' ');
const cpuMillis = () => {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1000;
};

// The prompts of Workload.prompt: the numbers stay below 2^53 only as BigInt.
function prompt(row, length) {
  const ids = [];
  let state = 12345n + BigInt(row);
  for (let i = 0; i < length; i++) {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    ids.push(3n + (state % BigInt(vocabulary - 4)));
  }
  return ids;
}

class Watch {
  tokens = 0;
  put() {
    // The prompt comes first.
    if (this.tokens++ === 1) {
      this.first = performance.now();
      this.firstCpu = cpuMillis();
    }
  }
  end() {}
}

async function run(library, model, line) {
  const values = Object.fromEntries(line.trim().split(/ +/).map((pair) => pair.split('=')));
  const batch = Number(values.batch);
  const length = Number(values.prompt);
  const count = Number(values.new);
  if (values.method === 'beam') throw new Error('transformers.js has no beam search');
  if (values.method === 'streams') throw new Error('measured for one request at a time only');
  const ids = Array.from({ length: batch }, (_, row) => prompt(row, length)).flat();
  const watch = new Watch();
  const start = performance.now();
  const output = await model.generate({
    inputs: new library.Tensor('int64', BigInt64Array.from(ids), [batch, length]),
    attention_mask: new library.Tensor('int64', new BigInt64Array(ids.length).fill(1n), [batch, length]),
    max_new_tokens: count,
    min_new_tokens: count,
    do_sample: values.method === 'sampling',
    temperature: 0.8,
    top_k: 50,
    top_p: 0.95,
    streamer: watch,
  });
  const end = performance.now();
  const tokens = batch * (output.dims[1] - length);
  const cpu = cpuMillis() - watch.firstCpu;
  return `tokens=${tokens} first=${watch.first - start} total=${end - start} cpu=${cpu}`
    + ` allocated=NaN resident=${process.memoryUsage().rss}`;
}

try {
  const library = await import('@huggingface/transformers');
  library.env.allowRemoteModels = false;
  library.env.allowLocalModels = true;
  library.env.localModelPath = path.dirname(folder);
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'));
  if (config.is_encoder_decoder) throw new Error('measured for decoders only');
  const start = performance.now();
  const model = await library.AutoModelForCausalLM.from_pretrained(path.basename(folder), {
    dtype: 'fp32',
    device: 'cpu',
    subfolder: '',
    use_external_data_format: true,
    session_options: threads > 0 ? { intraOpNumThreads: threads } : {},
  });
  answer(`@ready ${performance.now() - start}`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      answer('@result ' + (await run(library, model, line)));
    } catch (error) {
      answer('@error ' + reason(error));
    }
  }
  process.exit(0);
} catch (error) {
  answer('@error ' + reason(error));
  process.exit(1);
}
