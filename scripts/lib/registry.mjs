/**
 * A registry that has nothing but the packages just packed, on this machine.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";

/**
 * Serves packages: tarballs by their manifests, and manifests of packages that are never fetched.
 * Returns the registry's address and what ends it.
 */
export async function serve(packed, others) {
  const tarballs = new Map(packed.map(({ file }) => [basename(file), readFileSync(file)]));
  const server = createServer(({ url, headers }, response) => {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname).slice(1);
    const tarball = tarballs.get(basename(path));
    if (tarball !== undefined) return response.end(tarball);
    const found = packed.find(({ manifest }) => manifest.name === path);
    const manifest = found?.manifest ?? others.find(({ name }) => name === path);
    if (manifest === undefined) return response.writeHead(404).end("{}");
    const file = basename(found?.file ?? "none.tgz");
    response.setHeader("content-type", "application/json");
    const dist = distOf(`http://${headers.host}/${file}`, tarballs.get(file) ?? Buffer.alloc(0));
    response.end(JSON.stringify(documentOf({ ...manifest, dist })));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

function distOf(tarball, bytes) {
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  return { tarball, integrity, shasum: createHash("sha1").update(bytes).digest("hex") };
}

/** What a registry tells of a package of one version. */
function documentOf(manifest) {
  const { name, version } = manifest;
  return { name, "dist-tags": { latest: version }, versions: { [version]: manifest } };
}
