// tus-js-client against our server: FOLDER_OF_NODE_MODULES ENDPOINT TOKEN METADATA(JSON) FILE.
// Prints what happened as one JSON object.
import { createRequire } from "node:module";
import { createReadStream, readFileSync, statSync } from "node:fs";

const [modules, endpoint, token, said, file] = process.argv.slice(2);
const tus = createRequire(`${modules}/`)("tus-js-client");
const size = statSync(file).size;

function options(more) {
  return {
    endpoint,
    headers: { Authorization: `Bearer ${token}` },
    metadata: JSON.parse(said),
    retryDelays: [0, 0, 0],
    ...more,
  };
}

// Sends; resolves to the video's id, or to what went wrong. `begun` is told of each stored piece.
function send(source, more, begun = () => {}) {
  return new Promise((resolve) => {
    let video = "";
    const upload = new tus.Upload(source, options({
      ...more,
      onAfterResponse: (_, response) => {
        video = response.getHeader("Jhalak-Video") ?? video;
      },
      onError: (error) => resolve({ error: error.originalResponse?.getBody() ?? String(error) }),
      onSuccess: () => resolve({ video, url: upload.url }),
      onChunkComplete: (_, sent) => begun(upload, sent, resolve),
    }));
    upload.start();
  });
}

const whole = await send(readFileSync(file), {});
const stopped = await send(readFileSync(file), { chunkSize: 100_000, metadata: {
  ...JSON.parse(said), caption: "another time" } }, (upload, sent, resolve) => {
  if (sent >= 300_000) upload.abort().then(() => resolve({ url: upload.url, sent }));
});
const resumed = await send(readFileSync(file), { uploadUrl: stopped.url, chunkSize: 100_000 });
const streamed = await send(createReadStream(file), { chunkSize: 1 << 20, uploadSize: size });
const playlist = await send(Buffer.from("#EXTM3U\n".padEnd(5000, "x")), {});
const careless = await send(readFileSync(file), { metadata: {} });
const ended = await new Promise((resolve) => {
  const upload = new tus.Upload(readFileSync(file), options({
    chunkSize: 100_000,
    onChunkComplete: () => upload.abort(true).then(() => resolve(upload.url)),
    onError: (error) => resolve(String(error)),
  }));
  upload.start();
});
console.log(JSON.stringify({ whole, stopped, resumed, streamed, playlist, careless, ended }));
