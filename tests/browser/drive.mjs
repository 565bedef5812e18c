// A headless Chromium that forgives nothing, and the words by which a person finds things on a page.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const modules = createRequire(new URL("../sdk/package.json", import.meta.url));
const { chromium } = modules("playwright-core");
const AXE = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

// Not the gateway's business, or not to be had in a container.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const executablePath = (process.env.PATH ?? "")
  .split(":")
  .map((folder) => join(folder, "chromium"))
  .find(existsSync);

/** Starts the browser. */
export async function launch() {
  if (!executablePath) throw new Error("there is no chromium; `cargo xtask setup test` installs it");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A text of the console's, as `ui/src/i18n.rs` makes it. */
export function texts(all) {
  return (key, values = {}) => {
    const [section, name] = key.split(".");
    const text = all[section]?.[name];
    if (text === undefined) throw new Error(`there is no text ${key}`);
    const form = typeof text === "string" ? text : values.n === 1 && text.one ? text.one : text.other;
    return form.replaceAll(/\{(\w+)\}/g, (_, value) => values[value]);
  };
}

/** Fails on what axe finds wrong with the page as it stands, in both themes. */
export async function accessible(page) {
  // Until then there is nothing to judge: the page is still being fetched.
  await page.locator("main h1").first().waitFor({ state: "attached" });
  // What is asked for again is dimmed until it is there.
  await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
  // A colour that is still fading is neither the one before nor the one after.
  await page.emulateMedia({ reducedMotion: "reduce" });
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const root = document.documentElement;
    const own = root.dataset.theme;
    const found = [];
    for (const theme of ["light", "dark"]) {
      root.dataset.theme = theme;
      const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
      for (const { id, nodes } of violations) {
        found.push(...nodes.map((node) => `${theme} ${id}: ${node.html}\n${node.failureSummary}`));
      }
    }
    root.dataset.theme = own;
    return found;
  });
  assert.deepEqual(found, [], `axe on ${page.url()}`);
}

/**
 * Opens a page and runs steps on it, with a picture after each. Fails on whatever a developer would see in red: errors on
 * the console, exceptions, violations of the content security policy, requests that fail, and on what axe finds.
 */
export async function drive({ locale, shots }, run) {
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  const browser = await launch();
  const faults = [];
  const expected = [];
  try {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 860 } });
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`CSP: ${event.violatedDirective} blocked ${event.blockedURI}`);
      });
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => faults.push(`exception: ${error}`));
    page.on("requestfailed", (request) => {
      // A page that is left cancels what it was still loading.
      if (request.failure()?.errorText !== "net::ERR_ABORTED") {
        faults.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
      }
    });
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      // Chromium reports every answer of 4xx as an error; those that a step is about are its own.
      const status = /status of (\d+)/.exec(message.text())?.[1];
      const path = message.location().url && new URL(message.location().url).pathname;
      const at = expected.findIndex((known) => known.status === Number(status) && known.path === path);
      if (at >= 0) expected.splice(at, 1);
      else faults.push(`console: ${message.text()} (${message.location().url})`);
    });

    let count = 0;
    const shot = (name) => page.screenshot({ path: join(shots, `${String(++count).padStart(2, "0")}-${name}.png`) });
    const step = async (name, refused, act) => {
      expected.push(...refused);
      try {
        await act();
        await accessible(page);
        if (expected.length) throw new Error(`was not refused: ${JSON.stringify(expected)}`);
        if (faults.length) throw new Error(faults.join("\n"));
      } catch (error) {
        await shot(`${name}-failed`);
        console.log(`failed ${name}; the page is at ${page.url()}, a picture of it in ${shots}`);
        throw error;
      }
      await shot(name);
      console.log(`ok ${name}`);
    };
    await run(page, step);
  } finally {
    await browser.close();
  }
}
