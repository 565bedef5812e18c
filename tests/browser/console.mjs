// A person's first hour with the console, in the language of TEXTS. Prints a line for each step.

import assert from "node:assert/strict";
import { drive, texts } from "./drive.mjs";

const { LINK, LOCALE, SHOTS, UPSTREAM } = process.env;
const t = texts(JSON.parse(process.env.TEXTS));
const ORIGIN = new URL(LINK).origin;
const PROVIDER_KEY = "sk-provider-0123456789";
const PASSWORD = "correct horse battery";
const HOST = new URL(UPSTREAM).host;

await drive({ locale: LOCALE, shots: SHOTS }, async (page, step) => {
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const field = (name, within = page) => within.getByLabel(name, { exact: true });
  const heading = (name) => page.getByRole("heading", { name, exact: true });
  const dialog = (name) => page.getByRole("dialog", { name, exact: true });
  const toast = (text) => page.locator(".toasts").getByText(text, { exact: true });
  const row = (name) => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
  const api = (path) => page.evaluate(async (path) => (await fetch(path)).json(), path);
  const choose = async (name, item) => {
    await button(t("table.more", { name })).click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
  };
  /** The message below a field; it is told to screen readers too. */
  const fault = async (input) => {
    await input.and(page.locator("[aria-invalid='true']")).waitFor();
    const id = await input.getAttribute("aria-describedby");
    return page.locator(`#${id}`).innerText();
  };
  const inItsLanguage = (text) => {
    assert.ok(text.trim(), "says something");
    assert.equal(/\p{Script=Han}/u.test(text), LOCALE.startsWith("zh"), text);
  };

  await step("owner", [], async () => {
    await page.goto(LINK);
    await heading(t("setup.owner_headline")).waitFor();
    assert.equal(await page.getAttribute("html", "lang"), LOCALE.startsWith("zh") ? "zh-CN" : "en");
    await field(t("login.username")).fill("ada");
    await field(t("login.password")).fill("short");
    await field(t("setup.again")).fill("short");
    await button(t("setup.continue")).click();
    inItsLanguage(await fault(field(t("login.password"))));
    await field(t("login.password")).fill(PASSWORD);
    await field(t("setup.again")).fill(PASSWORD);
    await button(t("setup.continue")).click();
    await heading(t("setup.provider_headline")).waitFor();
    assert.ok(!page.url().includes("token"), "the spent token left the address");
  });

  await step("channel", [], async () => {
    await page.getByRole("searchbox").fill(UPSTREAM);
    await page.locator("#keys").fill(PROVIDER_KEY);
    assert.equal(await field(t("channel.base_url")).inputValue(), UPSTREAM);
    assert.equal(await field(t("channel.name")).inputValue(), HOST);
    await field(t("channel.models")).fill("plain,");
    await button(t("setup.save_and_test")).click();
    await page.getByText(t("channel.test_passed_with", { last4: "6789" }), { exact: true }).waitFor();
    await button(t("setup.continue")).click();
  });

  let secret;
  await step("key", [], async () => {
    await heading(t("setup.key_headline")).waitFor();
    await field(t("setup.key_name")).fill("laptop");
    await button(t("setup.key_create")).click();
    await heading(t("keys.copy_now", { name: "laptop" })).waitFor();
    secret = await page.getByTestId("secret").innerText();
    assert.match(secret, /^sk-aigw-\w+-/);
  });

  await step("request", [], async () => {
    const answer = await fetch(`${ORIGIN}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "plain", messages: [{ role: "user", content: "Hi" }] }),
    });
    assert.equal(answer.status, 200);
    assert.equal((await answer.json()).choices[0].message.content, "Hello, world.");
    const [log] = (await api("/api/logs")).items;
    assert.deepEqual(
      [log.id, log.key_name, log.channel_name, log.model, log.state, log.input_tokens, log.output_tokens],
      [answer.headers.get("x-request-id"), "laptop", HOST, "plain", "done", 11, 7],
    );
  });

  await step("shown-once", [], async () => {
    await button(t("setup.done")).click();
    await heading(t("dashboard.title")).waitFor();
    await page.getByRole("link", { name: t("nav.keys"), exact: true }).click();
    await row("laptop").waitFor();
    await page.reload();
    await row("laptop").waitFor();
    assert.ok(!(await page.content()).includes(secret), "nobody can show the key again");
    assert.ok(!(await page.content()).includes(PROVIDER_KEY));
  });

  await step("priority", [], async () => {
    await page.getByRole("link", { name: t("nav.channels"), exact: true }).click();
    const cell = page.getByRole("spinbutton", { name: t("channels.priority_of", { name: HOST }), exact: true });
    await cell.fill("7");
    await cell.press("Enter");
    await toast(t("channels.priority_set", { name: HOST, value: 7 })).waitFor();
    assert.equal((await api("/api/channels")).items[0].priority, 7);
  });

  await step("fault-of-the-server", [{ status: 409, path: "/api/channels" }], async () => {
    await button(t("channels.add")).click();
    const form = page.getByRole("dialog");
    await page.getByRole("combobox", { name: t("channel.provider"), exact: true }).fill("OpenAI");
    await page.getByRole("option").first().click();
    await field(t("channel.name"), form).fill(HOST);
    await field(t("channel.key_add"), form).fill(PROVIDER_KEY);
    await field(t("channel.models"), form).fill("second,");
    await button(t("do.save"), form).click();
    inItsLanguage(await fault(field(t("channel.name"), form)));
  });

  await step("fault-of-the-address", [{ status: 422, path: "/api/channels" }], async () => {
    const form = page.getByRole("dialog");
    await field(t("channel.name"), form).fill("Second");
    await field(t("channel.base_url"), form).fill("https://user:secret@example.com/v1");
    await button(t("do.save"), form).click();
    inItsLanguage(await fault(field(t("channel.base_url"), form)));
    await field(t("channel.base_url"), form).fill("");
    await button(t("do.save"), form).click();
    await toast(t("channels.added", { name: "Second" })).waitFor();
    await form.waitFor({ state: "detached" });
  });

  await step("drawer", [], async () => {
    await page.getByRole("link", { name: HOST, exact: true }).click();
    const form = dialog(HOST);
    await field(t("channels.column_weight"), form).fill("30");
    await field(t("channel.name"), form).fill("Main");
    await button(t("channel.save_and_test"), form).click();
    await dialog("Main").getByText(t("channel.test_passed_with", { last4: "6789" }), { exact: true }).waitFor();
    await button(t("do.close"), dialog("Main")).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const channel = (await api("/api/channels")).items.find((channel) => channel.name === "Main");
    assert.deepEqual([channel.weight, channel.priority, channel.last_test.ok], [30, 7, true]);
  });

  await step("disable", [], async () => {
    await choose("Second", t("do.disable"));
    await toast(t("channels.disabled_one", { name: "Second" })).waitFor();
    const channel = (await api("/api/channels")).items.find((channel) => channel.name === "Second");
    assert.equal(channel.status, "disabled");
  });

  await step("delete", [], async () => {
    const question = dialog(t("channels.delete_one", { name: "Second" }));
    await choose("Second", t("do.delete"));
    await question.waitFor();
    await page.keyboard.press("Enter");
    await question.waitFor({ state: "detached" });
    assert.equal((await api("/api/channels")).total, 2, "Enter destroys nothing");
    await choose("Second", t("do.delete"));
    await button(t("do.delete"), question).click();
    await toast(t("channels.deleted_one", { name: "Second" })).waitFor();
    await page.getByRole("link", { name: "Second", exact: true }).waitFor({ state: "detached" });
    assert.deepEqual((await api("/api/channels")).items.map((channel) => channel.name), ["Main"]);
  });

  await step("more-keys", [], async () => {
    await page.getByRole("link", { name: t("nav.keys"), exact: true }).click();
    await button(t("keys.new")).first().click();
    const form = dialog(t("keys.new"));
    await button(t("keys.create"), form).click();
    inItsLanguage(await fault(field(t("setup.key_name"), form)));
    await field(t("setup.key_name"), form).fill("script");
    await button(t("keys.days", { n: 30 }), form).click();
    await button(t("keys.create"), form).click();
    const shown = dialog(t("keys.copy_now", { name: "script" }));
    await shown.waitFor();
    await page.keyboard.press("Escape");
    assert.ok(await shown.isVisible(), "it stays until the person has stored the key");
    await shown.getByLabel(t("keys.stored")).check();
    await button(t("keys.done"), shown).click();
    await shown.waitFor({ state: "detached" });
    const [key] = (await api("/api/keys")).items;
    assert.equal(key.name, "script");
    const days = (Date.parse(key.expires_at) - Date.now()) / 86_400_000;
    assert.ok(days > 29.9 && days < 30.1, key.expires_at);
    await choose("script", t("do.disable"));
    await toast(t("keys.disabled", { name: "script" })).waitFor();
    assert.equal((await api("/api/keys")).items[0].status, "disabled");
    await choose("script", t("do.delete"));
    await button(t("do.delete"), dialog(t("keys.delete", { name: "script" }))).click();
    await toast(t("keys.deleted", { name: "script" })).waitFor();
    assert.deepEqual((await api("/api/keys")).items.map((key) => key.name), ["laptop"]);
  });

  await step("sign-out", [], async () => {
    await page.getByRole("button", { name: t("nav.account") }).click();
    await page.getByRole("menuitem", { name: t("nav.sign_out"), exact: true }).click();
    await heading(t("login.headline")).waitFor();
  });

  await step("signed-out", [{ status: 401, path: "/api/session" }], async () => {
    await page.goto(`${ORIGIN}/keys`);
    await heading(t("login.headline")).waitFor();
  });

  await step("wrong-password", [{ status: 401, path: "/api/session" }], async () => {
    await field(t("login.username")).fill("ada");
    await field(t("login.password")).fill("not the password");
    await button(t("login.submit")).click();
    inItsLanguage(await page.getByRole("alert").innerText());
  });

  await step("sign-in", [], async () => {
    await field(t("login.password")).fill(PASSWORD);
    await button(t("login.submit")).click();
    await row("laptop").waitFor();
    assert.equal(new URL(page.url()).pathname, "/keys", "on to the page that was asked for");
  });

  await step("setup-is-over", [], async () => {
    await page.goto(LINK);
    await heading(t("setup.have_owner_headline")).waitFor();
  });

  await step("other-language", [], async () => {
    const other = LOCALE.startsWith("zh") ? "English" : "简体中文";
    await button(other).click();
    await heading(t("setup.have_owner_headline")).waitFor({ state: "detached" });
    assert.equal(await page.getAttribute("html", "lang"), LOCALE.startsWith("zh") ? "en" : "zh-CN");
  });

  await step("nowhere", [], async () => {
    await page.goto(`${ORIGIN}/no/such/page`);
    assert.ok((await page.getByRole("main").getByRole("heading").innerText()).trim());
    await page.getByRole("main").getByRole("link").click();
    await page.waitForURL(`${ORIGIN}/dashboard`);
  });
});
