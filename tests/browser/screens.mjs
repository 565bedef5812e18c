// Every page in every light, language and state, for people to look at. Prints what it has written.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./drive.mjs";

const { FULL, EMPTY, OUT, PASSWORD, ONLY = "" } = process.env;

/** A button by its place: names differ by language. */
const primary = ".head .btn-primary";

/** What a page can be looked at in; others are named where they differ. */
const STATES = ["full", "narrow", "wide", "empty", "error"];
/** A thing that isn't there has no page, and dialogs are as wide as they are. */
const ALONE = ["full", "narrow"];

/** Name, address, states, and what a person does there first. */
const PAGES = [
  ["dashboard", "/dashboard"],
  ["dashboard-hour", "/dashboard?range=1h", { states: ALONE }],
  ["usage", "/usage"],
  ["logs", "/logs"],
  ["log", "/logs/newest", { states: ALONE }],
  ["playground", "/playground"],
  ["answers", "/playground", { states: ["full", "narrow", "wide"], act: ask }],
  ["channels", "/channels"],
  ["channel", "/channels/5", { states: ALONE }],
  ["channel-new", "/channels/new?provider=deepseek", { states: ALONE }],
  ["models", "/models"],
  ["model", "/models/1", { states: ALONE }],
  ["providers", "/providers"],
  ["provider", "/providers/openai", { states: ALONE }],
  ["keys", "/keys"],
  ["key", "/keys/2", { states: ALONE }],
  ["key-new", "/keys", { states: ALONE, act: (page) => page.locator(primary).click() }],
  ["key-created", "/keys", { states: ALONE, act: createKey }],
  ["users", "/users"],
  ["user", "/users/3", { states: ALONE }],
  ["groups", "/groups"],
  ["settings", "/settings/general"],
  ["appearance", "/settings/appearance", { states: ALONE }],
  ["profile", "/settings/profile", { states: ALONE }],
  ["sessions", "/settings/sessions", { states: ["full", "narrow", "error"] }],
  ["tokens", "/settings/tokens", { states: ["full", "narrow", "empty", "error"] }],
  ["audit", "/settings/audit"],
  ["about", "/settings/about", { states: ALONE }],
  ["palette", "/channels", { states: ALONE, act: (page) => page.keyboard.press("Control+k") }],
  ["shortcuts", "/channels", { states: ALONE, act: (page) => page.keyboard.press("?") }],
  ["nowhere", "/nowhere", { states: ALONE }],
  ["login", "/login", { states: ALONE, stranger: true }],
  ["setup", "/setup#token=x", { states: ALONE, stranger: true, before: first }],
  ["setup-provider", "/setup#token=x", { states: ALONE, before: first, act: own }],
  ["setup-key", "/setup#token=x", { states: ALONE, before: first, act: skipProvider }],
];

/** What the frame needs to know who is there, also when all else fails. */
const FRAME = /\/api\/(session|setup|about)$/;

const browser = await launch();
mkdirSync(OUT, { recursive: true });

async function open({ locale, theme, width }, signIn) {
  const context = await browser.newContext({ locale, reducedMotion: "reduce", viewport: { width, height: width > 2000 ? 1440 : width < 600 ? 800 : 860 } });
  const kept = [locale.startsWith("zh") ? "zh-CN" : "en", theme];
  await context.addInitScript(([language, theme]) => {
    localStorage.setItem("aigw.lang", language);
    localStorage.setItem("aigw.theme", theme);
  }, kept);
  // Where the pictures are taken is nobody's business.
  await context.route("**/api/settings", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll(/"[^"]*\/(full|empty)"/g, '"/var/lib/ai-gateway"') });
  });
  const page = await context.newPage();
  if (signIn) {
    const data = { username: "ada", password: PASSWORD };
    const signedIn = await context.request.post(`${signIn}/api/session`, { headers: { "content-type": "application/json" }, data });
    if (!signedIn.ok()) throw new Error(`cannot sign in: ${signedIn.status()}`);
  }
  return page;
}

/** Waits until nothing has been asked for half a second; the live log keeps one request open for ever. */
async function settled(page) {
  let busy = 0;
  let since = Date.now();
  const count = (step) => (request) => {
    if (/\/live$/.test(request.url())) return;
    busy += step;
    since = Date.now();
  };
  const [more, fewer] = [count(1), count(-1)];
  page.on("request", more).on("requestfinished", fewer).on("requestfailed", fewer);
  await page.waitForFunction(() => document.querySelector("main h1, main h2, dialog h2"));
  while (busy > 0 || Date.now() - since < 500) await page.waitForTimeout(100);
  page.off("request", more).off("requestfinished", fewer).off("requestfailed", fewer);
}

/** One question to two models. */
async function ask(page) {
  await page.locator("select").first().selectOption("demo");
  await page.locator(".head .btn").last().click();
  await page.locator("select").last().selectOption("demo");
  await page.locator("#prompt").fill("When an upstream answers 429 with Retry-After, what should a gateway do?");
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => document.querySelectorAll("main dl").length === 2);
}

async function createKey(page, url) {
  await page.locator(primary).click();
  await page.locator("dialog input").first().fill("aider · thinkpad");
  const created = page.waitForResponse((response) => response.request().method() === "POST" && /\/api\/keys$/.test(response.url()));
  await page.keyboard.press("Enter");
  const { id } = await (await created).json();
  await page.locator("[data-testid=secret]").waitFor();
  return () => page.request.delete(`${url}/api/keys/${id}`);
}

/** A gateway that nobody owns yet; whoever sets it up becomes who is signed in. */
async function first(page, url) {
  await page.route("**/api/setup", async (route) => {
    if (route.request().method() === "GET") return route.fulfill({ json: { needed: true } });
    return route.fulfill({ status: 201, json: await (await page.request.get(`${url}/api/session`)).json() });
  });
}

async function own(page) {
  await page.locator("#username").fill("ada");
  for (const id of ["#password", "#again"]) await page.locator(id).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".provider-tile").first().waitFor();
}

async function skipProvider(page) {
  await own(page);
  await page.locator("main .btn-ghost").last().click();
  await page.waitForFunction(() => !document.querySelector(".provider-tile"));
}

async function shoot(page, url, [name, path, { act, before } = {}], file) {
  let address = path;
  if (path === "/logs/newest") {
    const logs = await (await page.request.get(`${url}/api/logs?limit=200&state=done`)).json();
    // One that says something: its first attempt failed.
    address = `/logs/${logs.items.find((log) => log.attempts.length > 1).id}`;
  }
  await before?.(page, url);
  await page.goto(url + address);
  await settled(page);
  const after = await act?.(page, url);
  if (act) await settled(page);
  await page.screenshot({ path: join(OUT, file) });
  console.log(file);
  await after?.();
  if (before) await page.unrouteAll({ behavior: "wait" });
  // The next page starts afresh, also where only what is behind # differs.
  await page.goto("about:blank");
}

async function fail(page) {
  await page.route(
    (address) => address.pathname.startsWith("/api/") && !FRAME.test(address.pathname),
    (route) =>
      route.fulfill({
        status: 500,
        headers: { "x-request-id": "019aa3f0-5c41-7e00-8000-000000000000" },
        json: { error: { code: "internal", message: "The gateway failed. Its log says more." } },
      }),
  );
}

try {
  for (const locale of ["en", "zh-CN"]) {
    for (const theme of ["light", "dark"]) {
      const look = { locale, theme, width: 1280 };
      const tail = `${theme}-${locale === "en" ? "en" : "zh"}.png`;
      const pages = {
        full: [FULL, await open(look, FULL)],
        narrow: [FULL, await open({ ...look, width: 380 }, FULL)],
        // One look tells how a page uses the room.
        ...(tail === "light-en.png" && { wide: [FULL, await open({ ...look, width: 2560 }, FULL)] }),
        empty: [EMPTY, await open(look, EMPTY)],
        error: [FULL, await open(look, FULL)],
      };
      await fail(pages.error[1]);
      const strangers = { full: [EMPTY, await open(look)], narrow: [EMPTY, await open({ ...look, width: 380 })] };
      for (const entry of PAGES) {
        const [name, , { states = STATES, stranger } = {}] = entry;
        for (const state of states) {
          const [url, page] = (stranger ? strangers : pages)[state] ?? [];
          const file = `${name}-${state}-${tail}`;
          if (page && new RegExp(ONLY).test(file)) await shoot(page, url, entry, file);
        }
      }
      for (const [, page] of Object.values({ ...pages, strange: strangers.full, stranger: strangers.narrow })) await page.context().close();
    }
  }
} finally {
  await browser.close();
}
