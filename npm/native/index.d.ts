/** The packages that may fit this platform. */
export declare const PACKAGES: readonly string[];

/** Where a file may lie. */
export interface Found {
  /** The package, or the path, to tell of. */
  readonly place: string;
  /** Where the file is; `undefined` when the package is not installed. */
  readonly path: string | undefined;
}

/** The places of a file, in the order in which they are to be tried. */
export declare function find(file: "memo_malloc.node" | "memo_torch.node" | "memo"): Found[];
