/** Reports made by `memo`, opened in a browser that tells everything that went wrong in them. */

/// <reference lib="dom" />

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { layout } from "../../ts/viewer/layout.ts";
import { type View, xOf, yOf } from "../../ts/viewer/view.ts";

/** Without these Chromium looks for updates, which is no request of the page. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const SIZE = { width: 1280, height: 800 };

/** Files of plans and a browser to look at their reports. */
export class Desk {
  readonly #folder = mkdtempSync(join(tmpdir(), "memo-report-"));
  #browser: Browser | undefined;

  /** Starts the browser. */
  async open(): Promise<void> {
    const executablePath = process.env.CHROMIUM;
    if (executablePath === undefined) throw new Error("CHROMIUM is not set: npm test -- reports");
    this.#browser = await chromium.launch({ executablePath, args: ARGS });
  }

  /** Ends the browser and removes the files. */
  async close(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Writes a file. */
  put(name: string, content: unknown): void {
    writeFileSync(join(this.#folder, name), JSON.stringify(content));
  }

  /** Runs `memo` in the folder of the files. */
  memo(...args: readonly string[]): void {
    const memo = process.env.MEMO;
    if (memo === undefined) throw new Error("MEMO is not set: npm test -- reports");
    execFileSync(memo, args, { cwd: this.#folder, stdio: ["ignore", "pipe", "ignore"] });
  }

  /** Opens a report, lets a test do what it likes, and fails on anything the page complained of. */
  async look(name: string, test: (sheet: Sheet) => Promise<void>): Promise<void> {
    const context = await this.#browser!.newContext({ viewport: SIZE });
    const page = await context.newPage();
    const url = pathToFileURL(join(this.#folder, name)).href;
    const wrong: string[] = [];
    page.on("console", (message) => wrong.push(message.text()));
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:")) wrong.push(request.url());
    });
    await page.goto(url);
    await page.waitForSelector("body[data-ready]");
    await test(new Sheet(page));
    await context.close();
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
  }
}

/** Which pane, of how many, and what of it. */
export interface Where {
  readonly pane?: number;
  readonly panes?: number;
  readonly part?: "map" | "load";
}

/** An open report. */
export class Sheet {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The words in a part of the page. */
  text(selector: string): Promise<string> {
    return this.page.locator(selector).first().innerText();
  }

  /** Where on the page the middle of a step and a byte is, if `view` is what is seen. */
  async place(
    view: View,
    step: number,
    byte: number,
    { pane = 0, panes = 1, part = "map" }: Where = {},
  ): Promise<{ x: number; y: number }> {
    const canvas = (await this.page.locator("canvas").boundingBox())!;
    const box = layout(canvas.width, canvas.height, panes, false).panes[pane]![part];
    const y = part === "map" ? yOf(view, box, byte) : box.y + box.h / 2;
    return { x: canvas.x + xOf(view, box, step), y: canvas.y + y };
  }

  /** The color on the canvas, as red, green and blue. */
  color({ x, y }: { x: number; y: number }): Promise<number[]> {
    return this.page.evaluate(([x, y]) => {
      const canvas = document.querySelector("canvas")!;
      const { left, top } = canvas.getBoundingClientRect();
      const pixel = new OffscreenCanvas(1, 1).getContext("2d")!;
      pixel.drawImage(canvas, Math.floor(left - x!), Math.floor(top - y!));
      return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }, [x, y]);
  }

  /** All of the canvas. */
  picture(): Promise<string> {
    return this.page.evaluate(() => document.querySelector("canvas")!.toDataURL());
  }

  /** Waits for the frame that shows what was done. */
  async settled(): Promise<void> {
    await this.page.evaluate(() =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    );
  }
}
