// Prices, budgets and the books, as an owner sees to them, in the language of TEXTS. Prints a line for each step.

import assert from "node:assert/strict";
import { drive, texts } from "./drive.mjs";

const { KEY, LOCALE, ORIGIN, OWNER, PASSWORD, SHOTS } = process.env;
const t = texts(JSON.parse(process.env.TEXTS));

/** Sends a request through the relay; its status. */
async function ask() {
  const answer = await fetch(`${ORIGIN}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }] }),
  });
  await answer.text();
  return answer.status;
}

await drive({ locale: LOCALE, shots: SHOTS }, async (page, step) => {
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const field = (name, within = page) => within.getByLabel(name, { exact: true });
  const heading = (name) => page.getByRole("heading", { name, exact: true });
  const dialog = (name) => page.getByRole("dialog", { name, exact: true });
  const toast = (text) => page.locator(".toasts").getByText(text, { exact: true });
  const link = (name) => page.getByRole("link", { name, exact: true });
  const row = (name) => page.getByRole("row").filter({ has: link(name) });
  const notice = page.getByTestId("budget");
  const gone = (locator) => locator.waitFor({ state: "detached" });
  const api = (path) => page.evaluate(async (path) => (await fetch(path)).json(), path);
  const fault = async (input) => {
    await input.and(page.locator("[aria-invalid='true']")).waitFor();
    const text = await page.locator(`#${CSS_escape(await input.getAttribute("aria-describedby"))}`).innerText();
    assert.ok(text.trim());
    assert.equal(/\p{Script=Han}/u.test(text), LOCALE.startsWith("zh"), text);
  };
  const open = async (page, name) => {
    await link(page).click();
    await link(name).click();
    return dialog(name);
  };

  await step("sign-in", [{ status: 401, path: "/api/session" }], async () => {
    await page.goto(`${ORIGIN}/login`);
    await field(t("login.username")).fill(OWNER);
    await field(t("login.password")).fill(PASSWORD);
    await button(t("login.submit")).click();
    await gone(button(t("login.submit")));
  });

  await step("price-fault", [], async () => {
    const form = await open(t("nav.models"), "m");
    await field(t("price.input"), form).fill("three");
    await button(t("do.save"), form).click();
    await fault(field(t("price.input"), form));
    await fault(field(t("price.output"), form));
  });

  let model;
  await step("price", [], async () => {
    const form = dialog("m");
    await field(t("price.input"), form).fill("0");
    await field(t("price.output"), form).fill("0");
    await form.getByText(t("price.more"), { exact: true }).click();
    await field(t("price.request"), form).fill("0.1");
    await button(t("price.tier_add"), form).click();
    const tier = form.getByRole("group").filter({ has: field(t("price.tier_above")) });
    await field(t("price.tier_above"), tier).fill("many");
    await field(t("price.input"), tier).fill("6");
    await button(t("do.save"), form).click();
    await fault(field(t("price.tier_above"), tier));
    await field(t("price.tier_above"), tier).fill("200,000");
    await button(t("do.save"), form).click();
    await toast(t("models.saved", { name: "m" })).waitFor();
    model = (await api("/api/models?search=m")).items.find((model) => model.name === "m");
    assert.deepEqual(
      [model.pricing.per_request_nusd, model.pricing.tiers[0].above_input_tokens, model.pricing.tiers[0].input_nusd_per_mtok],
      [100_000_000, 200_000, 6_000_000_000],
    );
  });

  await step("price-to-come", [{ status: 422, path: `/api/models/${model.id}/prices` }], async () => {
    const form = await open(t("nav.models"), "m");
    await field(t("price.request"), form).fill("0.2");
    await field(t("price.valid_from"), form).fill("2020-01-01T00:00");
    await button(t("do.save"), form).click();
    await fault(field(t("price.valid_from"), form));
    await field(t("price.valid_from"), form).fill("2099-01-01T00:00");
    await button(t("do.save"), form).click();
    await toast(t("models.saved", { name: "m" })).waitFor();
  });

  await step("price-history", [], async () => {
    const form = await open(t("nav.models"), "m");
    await form.getByText(t("price.history", { n: 2 }), { exact: true }).click();
    const history = form.getByRole("region", { name: t("price.history", { n: 2 }), exact: true });
    const rows = await history.locator("tbody tr").allInnerTexts();
    assert.equal(rows.length, 2);
    assert.ok(rows[0].includes("2099") && !rows[0].includes(t("price.in_effect")), rows[0]);
    assert.ok(rows[1].includes(t("price.in_effect")), rows[1]);
    assert.ok(rows[1].includes(t("price.above", { tokens: "200,000" })), rows[1]);
    assert.equal(await field(t("price.request"), form).inputValue(), "0.1", "what holds now");
  });

  await step("budget-fault", [], async () => {
    await button(t("do.cancel"), dialog("m")).click();
    await gone(dialog("m"));
    const form = await open(t("nav.keys"), "laptop");
    await field(t("allowance.budget"), form).fill("ten");
    await button(t("do.save"), form).click();
    await fault(field(t("allowance.budget"), form));
  });

  await step("budget", [], async () => {
    const form = dialog("laptop");
    await field(t("allowance.budget"), form).fill("0.2");
    await field(t("allowance.period"), form).selectOption("daily");
    await button(t("do.save"), form).click();
    await toast(t("keys.saved", { name: "laptop" })).waitFor();
    await row("laptop").getByText("$0 / $0.20", { exact: true }).waitFor();
  });

  await step("spent", [], async () => {
    assert.deepEqual([await ask(), await ask(), await ask()], [200, 200, 402]);
    await page.reload();
    await row("laptop").getByText("$0.20 / $0.20", { exact: true }).waitFor();
    const meter = row("laptop").getByRole("meter");
    assert.equal(await meter.getAttribute("aria-label"), t("allowance.used", { used: "$0.20", limit: "$0.20" }));
  });

  await step("banner", [], async () => {
    await link(t("nav.dashboard")).click();
    await notice.getByText(t("notice.spent", { whose: t("notice.key", { name: "laptop" }) })).waitFor();
  });

  await step("room-again", [], async () => {
    await notice.getByRole("link", { name: t("notice.open"), exact: true }).click();
    const form = dialog("laptop");
    await field(t("allowance.budget"), form).fill("5");
    await button(t("do.save"), form).click();
    await toast(t("keys.saved", { name: "laptop" })).waitFor();
    assert.equal(await ask(), 200);
    await link(t("nav.dashboard")).click();
    await heading(t("dashboard.title")).waitFor();
    assert.equal((await api("/api/attention")).budgets_near, 0);
    assert.equal(await notice.count(), 0);
  });

  await step("group-and-user", [], async () => {
    await link(t("nav.users")).click();
    const person = page.locator("tbody tr").filter({ hasText: "ada" });
    await person.getByRole("link").first().click();
    const form = page.getByRole("dialog");
    await field(t("allowance.budget"), form).fill("9");
    await button(t("do.save"), form).click();
    await gone(form);
    await person.getByText("$0 / $9.00", { exact: true }).waitFor();
  });

  await step("gateway-budget-and-books", [], async () => {
    await page.goto(`${ORIGIN}/settings/budget`);
    const save = button(t("do.save"));
    await field(t("allowance.budget")).fill("-1");
    await save.click();
    await fault(field(t("allowance.budget")));
    await field(t("allowance.budget")).fill("100");
    await save.click();
    await toast(t("allowance.gateway_saved")).waitFor();
    const books = page.getByTestId("books");
    await books.getByText(t("books.never"), { exact: true }).waitFor();
    await button(t("books.count"), books).click();
    await books.getByText(t("books.agree", { n: 4 }), { exact: true }).waitFor();
    await page.reload();
    await books.getByText(t("books.agree", { n: 4 }), { exact: true }).waitFor();
  });

  await step("time-zone", [{ status: 422, path: "/api/settings" }], async () => {
    await page.goto(`${ORIGIN}/settings/general`);
    const zone = field(t("settings.time_zone"));
    await zone.fill("Mars/Olympus");
    await zone.press("Enter");
    await fault(zone);
    await zone.fill("Asia/Shanghai");
    await zone.press("Enter");
    await toast(t("settings.changed", { name: t("settings.time_zone"), value: "Asia/Shanghai", before: "UTC" })).waitFor();
    assert.ok((await api("/api/keys")).items[0].budget.resets_at.endsWith("T16:00:00.000Z"));
  });
});

/** An id as a selector writes it. */
function CSS_escape(id) {
  return id.replaceAll(/[^\w-]/g, (character) => `\\${character}`);
}
