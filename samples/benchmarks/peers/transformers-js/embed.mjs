// The process in which the feature-extraction pipeline of transformers.js is measured.
// Arguments: model folder, threads (0: its default).
// Reads a JSON object with sentences and a batch size per line, and writes one with the numbers of
// all vectors, as floats in Base64, which costs next to nothing beside the model.
import path from 'node:path';
import readline from 'node:readline';

const [folder, threadsText] = process.argv.slice(2);
const threads = Number(threadsText);
const answer = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const reason = (error) => String(error?.message ?? error).replace(/\s+/g, ' ');

try {
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = path.dirname(folder);
  const embed = await pipeline('feature-extraction', path.basename(folder), {
    dtype: 'fp32',
    device: 'cpu',
    subfolder: '',
    use_external_data_format: true,
    session_options: threads > 0 ? { intraOpNumThreads: threads } : {},
  });
  answer({ ready: true });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      const { sentences, batch_size: size } = JSON.parse(line);
      const parts = [];
      for (let from = 0; from < sentences.length; from += size) {
        const batch = sentences.slice(from, from + size);
        const output = await embed(batch, { pooling: 'mean', normalize: true });
        parts.push(Buffer.from(output.data.buffer, output.data.byteOffset, output.data.byteLength));
      }
      answer({ vectors: Buffer.concat(parts).toString('base64') });
    } catch (error) {
      answer({ error: reason(error) });
    }
  }
  process.exit(0);
} catch (error) {
  answer({ error: reason(error) });
  process.exit(1);
}
