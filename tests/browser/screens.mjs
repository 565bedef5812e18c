// Every page in every light, language and state, for people to look at. Prints what it has written.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./drive.mjs";

const { FULL, EMPTY, OUT, PASSWORD, ONLY = "" } = process.env;

/** Name, address, and whether it shows anything that can be missing. */
const PAGES = [
  ["dashboard", "/dashboard"],
  ["logs", "/logs"],
  ["log", "/logs/newest", { drawer: true }],
  ["playground", "/playground"],
  ["channels", "/channels"],
  ["channel", "/channels/1", { drawer: true }],
  ["models", "/models"],
  ["providers", "/providers"],
  ["keys", "/keys"],
  ["users", "/users"],
  ["groups", "/groups"],
  ["settings", "/settings/general"],
  ["tokens", "/settings/tokens"],
  ["audit", "/settings/audit"],
];

/** What the frame needs to know who is there, also when all else fails. */
const FRAME = /\/api\/(session|setup|about)$/;

const browser = await launch();
mkdirSync(OUT, { recursive: true });

async function open(url, { locale, theme, width }) {
  const context = await browser.newContext({ locale, viewport: { width, height: width < 600 ? 800 : 860 } });
  const kept = [locale.startsWith("zh") ? "zh-CN" : "en", theme];
  await context.addInitScript(([language, theme]) => {
    localStorage.setItem("aigw.lang", language);
    localStorage.setItem("aigw.theme", theme);
  }, kept);
  const page = await context.newPage();
  const signedIn = await context.request.post(`${url}/api/session`, {
    headers: { "content-type": "application/json" },
    data: { username: "ada", password: PASSWORD },
  });
  if (!signedIn.ok()) throw new Error(`cannot sign in: ${signedIn.status()}`);
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

async function shoot(page, url, [name, path], file) {
  let address = path;
  if (path === "/logs/newest") {
    const log = await (await page.request.get(`${url}/api/logs?limit=1&state=failed`)).json();
    address = `/logs/${log.items[0].id}`;
  }
  await page.goto(url + address);
  await settled(page);
  await page.screenshot({ path: join(OUT, file) });
  console.log(file);
}

try {
  for (const locale of ["en", "zh-CN"]) {
    for (const theme of ["light", "dark"]) {
      const look = { locale, theme, width: 1280 };
      const tail = `${theme}-${locale === "en" ? "en" : "zh"}.png`;
      const wanted = PAGES.filter(([name]) => name.includes(ONLY));
      const full = await open(FULL, look);
      const narrow = await open(FULL, { ...look, width: 380 });
      const empty = await open(EMPTY, look);
      const broken = await open(FULL, look);
      await broken.route(
        (address) => address.pathname.startsWith("/api/") && !FRAME.test(address.pathname),
        (route) =>
          route.fulfill({
            status: 500,
            headers: { "x-request-id": "019aa3f0-5c41-7e00-8000-000000000000" },
            json: { error: { code: "internal", message: "The gateway failed. Its log says more." } },
          }),
      );
      for (const entry of wanted) {
        const [name, , { drawer } = {}] = entry;
        await shoot(full, FULL, entry, `${name}-full-${tail}`);
        await shoot(narrow, FULL, entry, `${name}-narrow-${tail}`);
        // A thing that isn't there has no page.
        if (!drawer) {
          await shoot(empty, EMPTY, entry, `${name}-empty-${tail}`);
          await shoot(broken, FULL, entry, `${name}-error-${tail}`);
        }
      }
      for (const page of [full, narrow, empty, broken]) await page.context().close();
    }
  }
} finally {
  await browser.close();
}
