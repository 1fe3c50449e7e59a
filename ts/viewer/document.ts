/** A report as it lies in its page: a JSON head and columns, compressed and in base64. */

import { type Columns, readColumns, type Widths } from "./columns.ts";
import { type Load, loadOf } from "./load.ts";

/** The head, as it is written; `crates/report/src/html/head.rs` says what each field means. */
interface Head {
  readonly title: string;
  readonly generator: string;
  readonly palette: readonly Color[];
  readonly ops: Ops;
  readonly colorings: readonly Coloring[];
  readonly panes: readonly PaneHead[];
  readonly same_buffers: boolean;
}

/** What buffers are filled with, and what can be read on it. */
export interface Color {
  readonly fill: string;
  readonly ink: string;
}

/** The ops of all panes. */
export interface Ops {
  readonly names: readonly string[];
  readonly modules: readonly string[];
  readonly name: readonly number[];
  readonly module: readonly number[];
  readonly ordinal: readonly number[];
}

/** What colours stand for: groups of ops, or classes of sizes. */
export interface Coloring {
  readonly title: string;
  readonly labels: readonly string[];
  readonly of_op: readonly number[];
  readonly classes: readonly number[];
}

interface PaneHead {
  readonly name: string;
  readonly buffers: number;
  readonly rows: number;
  readonly widths: Widths;
  readonly needs: { readonly rows: number; readonly widths: Widths } | null;
  readonly steps: { readonly start: number; readonly end: number };
  readonly peak: number;
  readonly lower_bound: number;
  readonly certificate: string;
  readonly capacity: number | null;
  readonly ids: readonly string[];
}

/** One plan: what lies where and when, and the load. */
export interface Pane extends PaneHead {
  readonly columns: Columns;
  readonly load: Load;
}

/** Everything in the page. */
export interface Report extends Head {
  readonly panes: readonly Pane[];
}

/** Reads the report out of the text in its page. */
export async function readReport(base64: string): Promise<Report> {
  const bytes = await unpacked(bytesOf(base64));
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head: Head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = 4 + length;
  const columns = (rows: number, widths: Widths): Columns => {
    const read = readColumns(bytes, at, rows, widths);
    at = read.end;
    return read.columns;
  };
  const panes = head.panes.map((pane): Pane => {
    const own = columns(pane.rows, pane.widths);
    const needed = pane.needs === null ? own : columns(pane.needs.rows, pane.needs.widths);
    return { ...pane, columns: own, load: loadOf(needed) };
  });
  return { ...head, panes };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

async function unpacked(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
