// Requests pass through the gateway while a person watches the log and the dashboard, in the language of TEXTS.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { drive, texts } from "./drive.mjs";

const { KEY, LOCALE, MEMBERS_KEY, ORIGIN, PASSWORD, SHOTS } = process.env;
const t = texts(JSON.parse(process.env.TEXTS));

/** Sends a request through the relay; its id. */
async function ask(model, key = KEY) {
  const answer = await fetch(`${ORIGIN}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] }),
  });
  await answer.text();
  return answer.headers.get("x-request-id");
}

await drive({ locale: LOCALE, shots: SHOTS }, async (page, step) => {
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const heading = (name) => page.getByRole("heading", { name, exact: true });
  const api = (path) => page.evaluate(async (path) => (await fetch(path)).json(), path);
  const figure = (name) => page.getByTestId(`figure-${name}`);
  const rows = page.locator("tbody tr");
  const row = (id) => page.locator(`tbody tr:has(a[href="/logs/${id}"])`);
  /** What is shown until another range's numbers are here is dimmed, and not to be judged. */
  const arrived = () => page.locator("main [aria-busy=true]").waitFor({ state: "detached" });
  const search = page.getByRole("searchbox", { name: t("logs.search") }).or(page.getByRole("combobox", { name: t("logs.search") }));
  const drawer = page.getByRole("dialog");
  const signIn = async (username) => {
    await heading(t("login.headline")).waitFor();
    await page.getByLabel(t("login.username"), { exact: true }).fill(username);
    await page.getByLabel(t("login.password"), { exact: true }).fill(PASSWORD);
    await button(t("login.submit")).click();
    await heading(t("dashboard.title")).waitFor();
  };
  /** Waits until there are so many rows. */
  const count = (wanted) => page.waitForFunction((n) => document.querySelectorAll("tbody tr").length === n, wanted);

  await step("empty-dashboard", [{ status: 401, path: "/api/session" }], async () => {
    await page.goto(ORIGIN);
    await signIn("ada");
    await page.getByText(t("dashboard.nothing"), { exact: true }).waitFor();
    assert.ok((await figure("requests").innerText()).includes("0"));
  });

  await step("empty-log", [], async () => {
    await page.getByRole("link", { name: t("nav.logs"), exact: true }).click();
    await heading(t("logs.empty_headline", { range: t("range.last_day") })).waitFor();
  });

  let first, broken;
  await step("live", [], async () => {
    first = await ask("plain");
    await row(first).getByText("200", { exact: true }).waitFor();
    broken = await ask("broken");
    await row(broken).getByText(t("logs.state_failed")).waitFor();
    assert.equal(await rows.first().locator("a").getAttribute("href"), `/logs/${broken}`, "the newest is on top");
  });

  await step("filter-by-state", [], async () => {
    await search.fill("state:failed ");
    await count(1);
    await row(broken).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("q"), "state:failed");
    await ask("plain");
    const another = await ask("broken");
    await row(another).waitFor();
    assert.equal(await rows.count(), 2, "live rows obey the filter");
    await page.reload();
    await count(2);
  });

  await step("cause", [], async () => {
    await search.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await drawer.getByText("the disk is full").first().waitFor();
    assert.equal(new URL(page.url()).pathname, `/logs/${broken}`);
    assert.equal(await drawer.getByTestId("log-id").getAttribute("title"), broken);
    await page.keyboard.press("ArrowUp");
    await page.waitForURL((url) => url.pathname !== `/logs/${broken}`);
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).searchParams.get("q"), "state:failed", "the filter stays");
  });

  await step("copy-as", [], async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: ORIGIN });
    await row(broken).click();
    await button(t("logs.copy_as"), drawer).click();
    await page.getByRole("menuitem", { name: "curl", exact: true }).click();
    await page.locator(".toasts").getByText(t("logs.copied_as", { language: "curl" }), { exact: true }).waitFor();
    const code = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(code.startsWith(`curl ${ORIGIN}/v1/chat/completions`) && code.includes('"model":"broken"'), code);
    assert.ok(code.includes("$AIGW_KEY") && !code.includes(KEY), code);
    await button(t("do.close"), drawer).click();
    await drawer.waitFor({ state: "detached" });
  });

  await step("words", [], async () => {
    await search.press("Backspace");
    await count(4);
    await search.fill("disk is full");
    await search.press("Enter");
    await count(2);
    await search.fill("nothing like this");
    await search.press("Enter");
    await heading(t("logs.none_found")).waitFor();
    await button(t("table.clear_filter")).click();
    await count(4);
  });

  await step("a-name-that-nobody-has", [], async () => {
    await search.fill("key:nobody ");
    await page.getByRole("alert").getByText(t("logs.unknown", { chip: "key:nobody" }), { exact: true }).waitFor();
    await button(t("chips.remove", { value: "key:nobody" })).click();
    await count(4);
  });

  await step("live-tail-stops", [], async () => {
    await page.locator("h1").click();
    await page.keyboard.press("l");
    await page.getByRole("button", { name: t("logs.live_off") }).waitFor();
    const unseen = await ask("plain");
    assert.equal((await api(`/api/logs/${unseen}`)).state, "done");
    assert.equal(await row(unseen).count(), 0);
    await page.keyboard.press("l");
    await row(unseen).waitFor();
  });

  await step("sums", [], async () => {
    await ask("plain", MEMBERS_KEY);
    await count(6);
    const summary = await api("/api/logs/summary");
    assert.deepEqual([summary.requests, summary.failed, summary.input_tokens], [6, 2, 44]);
    assert.equal(summary.buckets.reduce((sum, bucket) => sum + bucket.requests, 0), 6);
    await page.reload();
    await page.getByTestId("log-sum").getByText(t("logs.sum", { n: 6 })).waitFor();
  });

  await step("dashboard", [], async () => {
    await page.getByRole("link", { name: t("nav.dashboard"), exact: true }).click();
    await figure("requests").getByText("6", { exact: true }).waitFor();
    await figure("failed").getByText("33.3", { exact: true }).waitFor();
    await figure("tokens").getByText("72", { exact: true }).waitFor();
    await button(t("chart.show_table")).first().click();
    const table = page.getByRole("region", { name: `${t("dashboard.spend")}: ${t("dashboard.requests")}`, exact: true }).getByRole("table");
    const total = await table.locator("tbody td").evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
    assert.equal(total, 6, "columns add up");
    await ask("plain");
    await figure("requests").getByText("7", { exact: true }).waitFor();
    await button(t("chart.hide_table")).first().click();
    await page.getByRole("group", { name: t("range.label") }).getByRole("button", { name: t("range.month"), exact: true }).click();
    await page.waitForURL(/[?]range=30d$/);
    await arrived();
    await figure("requests").getByText("7", { exact: true }).waitFor();
  });

  await step("ranges", [], async () => {
    const named = page.getByRole("group", { name: t("range.label") }).getByRole("button", { name: t("range.hour"), exact: true });
    await named.click();
    await page.waitForURL(/[?]range=1h$/);
    await page.reload();
    await figure("requests").getByText("7", { exact: true }).waitFor();
    assert.equal(await named.getAttribute("aria-pressed"), "true", "the address keeps the range");
    await button(t("range.custom")).click();
    const [from, to] = [page.getByLabel(t("range.from"), { exact: true }), page.getByLabel(t("range.to"), { exact: true })];
    await from.fill("2020-02-02T10:00");
    await to.fill("2020-02-02T09:00");
    await button(t("range.apply")).click();
    await page.getByRole("alert").getByText(t("range.fault"), { exact: true }).waitFor();
    await to.fill("2020-02-02T11:30");
    await to.press("Enter");
    await page.getByText(t("dashboard.nothing"), { exact: true }).waitFor();
    assert.equal(await named.getAttribute("aria-pressed"), "false");
    await page.getByRole("button", { name: "2020-02-02 10:00 – 11:30" }).waitFor();
  });

  await step("what-waits", [], async () => {
    const channel = (await api("/api/channels")).items[0];
    const send = (method, path, payload) =>
      page.evaluate(async ([method, path, payload]) => {
        const headers = { "content-type": "application/json" };
        return (await fetch(path, { method, headers, body: JSON.stringify(payload) })).json();
      }, [method, path, payload]);
    const nav = (name) => page.getByRole("link", { name, exact: true });
    assert.equal((await send("POST", `/api/channels/${channel.id}/test`, { model: "broken" })).ok, false);
    await page.reload();
    const waits = nav(`${t("nav.channels")} ${t("nav.waiting", { n: 1 })}`);
    await waits.click();
    await button(t("channels.test_name", { name: channel.name })).click();
    await waits.waitFor({ state: "detached" });
    await nav(t("nav.channels")).waitFor();
    await nav(t("nav.dashboard")).click();
    await heading(t("dashboard.title")).waitFor();
  });

  await step("read-out", [], async () => {
    await page.getByRole("group", { name: t("range.label") }).getByRole("button", { name: t("range.day"), exact: true }).click();
    await arrived();
    const chart = page.getByRole("group", { name: `${t("dashboard.spend")}: ${t("dashboard.requests")}`, exact: true });
    await chart.press("ArrowLeft");
    await chart.getByText(t("dashboard.open_logs", { n: 7 }), { exact: true }).waitFor();
    await ask("plain");
    await chart.getByText(t("dashboard.open_logs", { n: 8 }), { exact: true }).waitFor();
    await chart.press("Enter");
    await heading(t("logs.title")).waitFor();
    await count(8);
    assert.ok(new URL(page.url()).searchParams.get("from"), "the logs of that hour");
  });

  const save = async (format) => {
    await button(t("export.label")).click();
    const saving = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: t(`export.${format}`), exact: true }).click();
    const download = await saving;
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  };

  await step("save-the-log", [], async () => {
    await search.fill("state:failed ");
    await count(2);
    const { name, text } = await save("csv");
    assert.match(name, /^ai-gateway-logs-\d{4}-\d\d-\d\d[.]csv$/);
    const lines = text.trimEnd().split("\n");
    assert.ok(lines[0].startsWith("created_at,id,username,key_name,model,"), lines[0]);
    assert.deepEqual([lines.length, lines.filter((line) => line.includes(",broken,")).length], [3, 2], "what the filter shows");
  });

  await step("usage", [], async () => {
    await page.getByRole("link", { name: t("usage.title"), exact: true }).click();
    await page.getByText(t("usage.zone", { zone: "UTC" }), { exact: true }).waitFor();
    const table = page.getByTestId("usage");
    const cells = (name) => table.locator("tr", { hasText: name }).locator("td").allInnerTexts();
    const requests = async (name) => (await cells(name))[1].split("\n").pop();
    assert.deepEqual([await requests("plain"), await requests("broken"), await requests(t("usage.total"))], ["6", "2", "8"]);
    await button(t("dashboard.by_user")).click();
    await page.waitForURL(/by=user/);
    await arrived();
    assert.equal(await requests("mara"), "1");
    const head = table.getByRole("columnheader", { name: t("dashboard.requests") });
    const first = () => table.locator("tbody tr").first().locator("td").first().innerText();
    await head.getByRole("button").click();
    assert.deepEqual([await head.getAttribute("aria-sort"), (await first()).split("\n")[0]], ["descending", "ada"]);
    await head.getByRole("button").click();
    assert.equal((await first()).split("\n")[0], "mara");
    const { name, text } = await save("json");
    assert.match(name, /^ai-gateway-usage-.*[.]ndjson$/);
    const rows = text.trimEnd().split("\n").map(JSON.parse);
    assert.equal(rows.reduce((sum, row) => sum + row.requests, 0), 8);
    await button("mara", table).click();
    await heading(t("logs.title")).waitFor();
    await count(1);
  });

  await step("new-rows-wait-above", [], async () => {
    await page.getByRole("link", { name: t("nav.logs"), exact: true }).click();
    await Promise.all(Array.from({ length: 40 }, () => ask("plain")));
    await count(48);
    const scroller = page.locator(".table-scroll");
    await scroller.evaluate((element) => element.scrollTo(0, 300));
    const late = await ask("plain");
    await page.getByText(t("logs.waiting", { n: 1 })).waitFor();
    assert.equal(await row(late).count(), 0, "what the reader looks at stays where it is");
    await button(t("logs.waiting_show")).click();
    await row(late).waitFor();
    assert.equal(await rows.first().locator("a").getAttribute("href"), `/logs/${late}`);
  });

  await step("what-was-asked-and-answered", [], async () => {
    await page.goto(`${ORIGIN}/keys/1`);
    await page.getByRole("switch", { name: t("keys.bodies") }).click();
    await button(t("do.save"), drawer).click();
    await drawer.waitFor({ state: "detached" });
    await page.getByRole("link", { name: t("nav.logs"), exact: true }).click();
    await heading(t("logs.title")).waitFor();
    const asked = await ask("plain");
    await row(asked).click();
    // The row says so once it is written down, which nobody waits for.
    await button(t("logs.bodies_read"), drawer).click();
    const bodies = drawer.getByTestId("bodies");
    await bodies.getByText('"content": "Hi"').waitFor();
    await button(t("logs.body_copy", { name: t("logs.body_answer") }), bodies).waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
  });

  await step("others-do-not-exist", [
    { status: 404, path: `/api/logs/${broken}` },
  ], async () => {
    await page.getByRole("button", { name: t("nav.account") }).click();
    await page.getByRole("menuitem", { name: t("nav.sign_out"), exact: true }).click();
    await heading(t("login.headline")).waitFor();
    await page.getByLabel(t("login.username"), { exact: true }).fill("mara");
    await page.getByLabel(t("login.password"), { exact: true }).fill(PASSWORD);
    await button(t("login.submit")).click();
    await heading(t("logs.title")).waitFor();
    await count(1);
    await page.getByRole("link", { name: t("nav.dashboard"), exact: true }).click();
    await figure("requests").getByText("1", { exact: true }).waitFor();
    assert.equal(await page.getByText(t("dashboard.health"), { exact: true }).count(), 0);
    await page.goto(`${ORIGIN}/logs/${broken}`);
    await heading(t("logs.missing")).waitFor();
    await page.keyboard.press("Escape");
    await count(1);
  });
});
