/**
 * Serves a TorchScript model over HTTP, in Node, Bun or Deno: `serve.ts MODEL.pt 1 3 224 224`.
 *
 * `POST /run` takes the input as little-endian floats and answers with those of the first result;
 * `GET /stats` tells what was served from plans. `--plans FOLDER` keeps plans from start to start,
 * `--off` serves without any.
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { parseArgs } from "node:util";
// Outside this repository: from "@memo/malloc/torch".
import { enable, MemoError, Model, setThreads, stats } from "../ts/torch.ts";

const { values, positionals: [path, ...lengths] } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    plans: { type: "string" },
    threads: { type: "string", default: "1" },
    off: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const shape = lengths.map(Number);
const length = shape.reduce((a, b) => a * b, 1);

// Requests come one beside the other: one thread an op is then faster than several.
setThreads({ ofOp: Number(values.threads) });
if (!values.off) enable({ plans: values.plans });
const model = Model.load(path ?? "model.pt");

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    const status = error instanceof MemoError && error.code === "BAD_ARGUMENT" ? 400 : 500;
    response.writeHead(status).end(`${error.message}\n`);
  });
});
server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case "GET /stats":
      response.setHeader("content-type", "application/json").end(JSON.stringify(stats()));
      break;
    case "POST /run": {
      const gone = new AbortController();
      response.on("close", () => gone.abort());
      const input = { type: "f32", shape, data: await floats(request) } as const;
      const [result] = await model.run([input], { signal: gone.signal });
      const { buffer, byteLength } = result!.data;
      response.end(new Uint8Array(buffer, 0, byteLength));
      break;
    }
    default:
      response.writeHead(404).end("POST /run or GET /stats\n");
  }
}

/** The body of a request. One that is too short or too long has another number of floats. */
async function floats(request: IncomingMessage): Promise<Float32Array> {
  const bytes = new Uint8Array(length * 4);
  let at = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    if (at + chunk.length <= bytes.length) bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at === bytes.length) return new Float32Array(bytes.buffer);
  throw new MemoError("BAD_ARGUMENT", `the body has ${at} bytes, but the input ${bytes.length}`);
}
