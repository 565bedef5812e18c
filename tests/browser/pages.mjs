// Every page, wide and narrow, by keyboard: what is reached shows that it is, has a name, and nothing runs out of the window.
// `drive` adds what axe finds, in both themes.

import assert from "node:assert/strict";
import { drive, texts } from "./drive.mjs";

const { LOCALE, LOG, ORIGIN, PASSWORD, SHOTS, USERNAME } = process.env;
const t = texts(JSON.parse(process.env.TEXTS));

const PAGES = [
  "/dashboard", "/dashboard?range=1h", "/usage", "/usage?by=key", "/logs", `/logs/${LOG}`, "/playground", "/channels", "/channels/1", "/channels/new",
  "/models", "/models/1", "/providers", "/providers/openai", "/keys", "/keys/1", "/users", "/users/1", "/users/new", "/groups",
  ...["general", "appearance", "profile", "sessions", "tokens", "audit", "about"].map((section) => `/settings/${section}`),
  "/nowhere", "/setup",
];
/** More stops than any of them has. */
const MOST_STOPS = 400;

/** What is wrong with the element that has the keyboard; an empty text if nothing is. Runs in the page. */
function judge() {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const name = [
    at.ariaLabel, at.innerText, at.title, at.placeholder, at.alt,
    ...(at.labels ? [...at.labels].map((label) => label.innerText) : []),
    ...(at.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.innerText),
  ].some((text) => text?.trim());
  const box = at.getBoundingClientRect();
  // A ring of its own, or one of the field that it stands in.
  const ringed = (element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
  };
  const ring = [at, at.parentElement, at.parentElement?.parentElement].some((element) => element && ringed(element));
  const faults = [];
  if (!name) faults.push("has no name");
  if (box.width < 1 || box.height < 1) faults.push("can't be seen");
  if (box.right < 1 || box.bottom < 1 || box.left >= innerWidth || box.top >= innerHeight) faults.push("is out of the window");
  if (!ring) faults.push("doesn't show that it has the keyboard");
  return { faults, html: at.outerHTML.slice(0, 200) };
}

await drive({ locale: LOCALE, shots: SHOTS }, async (page, step) => {
  const settled = async () => {
    await page.waitForFunction(() => document.querySelector("main h1, main h2, dialog h2"));
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
  };
  const fits = async (at) => {
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(content <= window, `${at} is ${content} px wide in ${window}`);
  };
  /** Goes through the page by Tab, until the keyboard leaves it or is where it was first. */
  const walk = async (at) => {
    let first;
    let stops = 0;
    const faults = [];
    for (; stops < MOST_STOPS; stops++) {
      await page.keyboard.press("Tab");
      const found = await page.evaluate(judge);
      const again = await page.evaluate(() => {
        const seen = Boolean(document.activeElement.dataset.walked);
        document.activeElement.dataset.walked = "1";
        return seen;
      });
      if (!found || (again && stops > 0)) break;
      first ??= found.html;
      if (found.faults.length) faults.push(`${found.faults.join(", ")}: ${found.html}`);
    }
    assert.deepEqual(faults, [], `by keyboard on ${at}`);
    assert.ok(stops > 2 && stops < MOST_STOPS, `${stops} stops on ${at}, from ${first}`);
  };

  await step("sign-in", [{ status: 401, path: "/api/session" }], async () => {
    await page.goto(`${ORIGIN}/login`);
    await page.getByLabel(t("login.username"), { exact: true }).waitFor();
    await walk("/login");
    await page.getByLabel(t("login.username"), { exact: true }).fill(USERNAME);
    await page.getByLabel(t("login.password"), { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: t("dashboard.title"), exact: true }).waitFor();
  });

  for (const path of PAGES) {
    const name = path.replaceAll(/[^a-z0-9]+/g, "-");
    await step(`wide${name}`, [], async () => {
      await page.setViewportSize({ width: 1280, height: 860 });
      await page.goto(ORIGIN + path);
      await settled();
      await fits(path);
      await walk(path);
    });
    await step(`narrow${name}`, [], async () => {
      await page.setViewportSize({ width: 380, height: 800 });
      await page.goto(ORIGIN + path);
      await settled();
      await fits(path);
    });
  }

  await page.setViewportSize({ width: 1280, height: 860 });
  const opener = (name) => page.getByRole("button", { name, exact: true }).first();
  /** Opens something by keyboard; Escape closes it, and the keyboard is back at what opened it. */
  const returns = async (name, button, open = () => page.keyboard.press("Enter")) => {
    await button.focus();
    await open();
    await page.locator("dialog[open], [popover]:popover-open:not(.toasts)").first().waitFor();
    await page.screenshot({ path: `${SHOTS}/open-${name}.png` });
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog[open], [popover]:popover-open:not(.toasts)"));
    assert.ok(await button.evaluate((button) => button === document.activeElement), `the keyboard is back at ${name}`);
  };
  for (const [path, name] of [
    ["/channels", t("channels.add")],
    ["/keys", t("keys.new")],
    ["/groups", t("groups.add")],
    ["/users", t("users.add")],
    ["/models", t("models.add")],
    ["/providers", t("providers.add")],
  ]) {
    await step(`returns-${path.slice(1)}`, [], async () => {
      await page.goto(ORIGIN + path);
      await settled();
      await returns(path.slice(1), opener(name));
    });
  }
  await step("palette", [], async () => {
    await page.goto(`${ORIGIN}/channels`);
    await settled();
    await returns("palette", opener(t("palette.open")));
    await returns("columns", opener(t("table.columns")));
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: t("palette.title") }).waitFor();
  });
  await step("shortcuts", [], async () => {
    await page.keyboard.press("Escape");
    await page.locator("body").press("?");
    await page.getByRole("dialog", { name: t("shortcuts.title") }).waitFor();
  });
  await step("still", [], async () => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${ORIGIN}/dashboard`);
    await settled();
    await page.locator(".pulse").first().waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0, "nothing moves where less motion is asked for");
  });
});
