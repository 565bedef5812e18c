// Providers, models, keys and the playground, as an admin and as a member use them, in the language of TEXTS. Prints a line
// for each step.

import assert from "node:assert/strict";
import { drive, texts } from "./drive.mjs";

const { LOCALE, ORIGIN, OWNER, PASSWORD, SHOTS, UPSTREAM } = process.env;
const t = texts(JSON.parse(process.env.TEXTS));
const PROVIDER_KEY = "sk-lab-0123456789";
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

await drive({ locale: LOCALE, shots: SHOTS }, async (page, step) => {
  const main = page.getByRole("main");
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const field = (name, within = page) => within.getByLabel(name, { exact: true });
  const heading = (name) => page.getByRole("heading", { name, exact: true });
  const dialog = (name) => page.getByRole("dialog", { name, exact: true });
  const toast = (text) => page.locator(".toasts").getByText(text, { exact: true });
  const link = (name) => page.getByRole("link", { name, exact: true });
  const row = (name) => page.getByRole("row").filter({ has: link(name) });
  const api = (path, method = "GET", body = undefined) =>
    page.evaluate(
      async ([path, method, body]) => {
        const headers = body && { "content-type": "application/json" };
        const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
        return answer.status === 204 ? null : answer.json();
      },
      [path, method, body],
    );
  const choose = async (name, item) => {
    await button(t("table.more", { name })).click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
  };
  const fault = async (input) => {
    await input.and(page.locator("[aria-invalid='true']")).waitFor();
    const text = await page.locator(`#${await input.getAttribute("aria-describedby")}`).innerText();
    assert.ok(text.trim());
    assert.equal(/\p{Script=Han}/u.test(text), LOCALE.startsWith("zh"), text);
  };
  const gone = (locator) => locator.waitFor({ state: "detached" });
  const signIn = async (name, password) => {
    await page.goto(`${ORIGIN}/login`);
    await field(t("login.username")).fill(name);
    await field(t("login.password")).fill(password);
    await button(t("login.submit")).click();
    await button(t("login.submit")).waitFor({ state: "detached" });
  };

  await step("sign-in", [{ status: 401, path: "/api/session" }], async () => {
    await signIn(OWNER, PASSWORD);
    await link(t("nav.providers")).click();
    await heading(t("providers.title")).waitFor();
    await link("OpenAI").waitFor();
  });

  await step("provider-faults", [{ status: 422, path: "/api/providers" }], async () => {
    await button(t("providers.add")).click();
    const form = dialog(t("providers.add"));
    await field(t("channel.name"), form).fill("Lab");
    await field(t("channel.base_url"), form).fill("lab.example");
    await button(t("do.save"), form).click();
    await fault(field(t("channel.base_url"), form));
    await field(t("channel.base_url"), form).fill("http://169.254.169.254/v1");
    await button(t("do.save"), form).click();
    await fault(field(t("channel.base_url"), form));
  });

  await step("provider-added", [], async () => {
    const form = dialog(t("providers.add"));
    await field(t("channel.base_url"), form).fill(UPSTREAM);
    await button(t("providers.own_header"), form).click();
    await button(t("do.save"), form).click();
    await fault(field(t("providers.header_name"), form));
    await field(t("providers.header_name"), form).fill("x-lab-key");
    await button(t("do.save"), form).click();
    await toast(t("models.added", { name: "Lab" })).waitFor();
    await gone(form);
    const lab = (await api("/api/providers")).items.find((provider) => provider.slug === "lab");
    assert.deepEqual([lab.auth_header, lab.base_url, lab.builtin], ["x-lab-key", UPSTREAM, false]);
  });

  await step("provider-changed", [], async () => {
    await page.getByRole("searchbox").fill("openai.com");
    await link("OpenAI").click();
    const form = dialog("OpenAI");
    await field(t("channel.base_url"), form).fill("https://proxy.example/v1");
    await button(t("do.save"), form).click();
    await toast(t("models.saved", { name: "OpenAI" })).waitFor();
    await page.getByRole("searchbox").fill("OpenAI");
    await row("OpenAI").getByText(t("providers.changed"), { exact: true }).waitFor();
    await choose("OpenAI", t("providers.restore"));
    await button(t("providers.restore"), dialog(t("providers.restore_title", { name: "OpenAI" }))).click();
    await toast(t("providers.restored", { name: "OpenAI" })).waitFor();
    const openai = (await api("/api/providers")).items.find((provider) => provider.slug === "openai");
    assert.deepEqual([openai.base_url, openai.overridden], ["https://api.openai.com/v1", false]);
  });

  await step("provider-off", [], async () => {
    await row("OpenAI").getByRole("switch").click();
    await toast(t("providers.disabled", { name: "OpenAI" })).waitFor();
    await button(t("do.undo")).click();
    await toast(t("providers.enabled", { name: "OpenAI" })).waitFor();
  });

  await step("provider-in-use", [{ status: 409, path: "/api/providers/lab" }], async () => {
    const channel = { name: "Lab channel", provider: "lab", keys: [PROVIDER_KEY], models: ["plain", "flow", "stall", "gpt-4o-mini"] };
    assert.equal((await api("/api/channels", "POST", channel)).name, "Lab channel");
    await page.getByRole("searchbox").fill("");
    await choose("Lab", t("do.delete"));
    await button(t("do.delete"), dialog(t("models.delete_one", { name: "Lab" }))).click();
    await page.locator(".toasts [role='alert']").getByText("Lab channel").waitFor();
  });

  await step("models", [], async () => {
    await link(t("nav.models")).click();
    await link("gpt-4o-mini").waitFor();
    await row("gpt-4o-mini").getByText("OpenAI", { exact: true }).waitFor();
    await button(t("models.show_serves", { name: "plain" })).click();
    await link("Lab channel").waitFor();
    await page.getByText("100 %", { exact: true }).waitFor();
  });

  const plain = (await api("/api/models?search=plain")).items[0].id;
  await step("alias-faults", [{ status: 409, path: `/api/models/${plain}` }], async () => {
    await link("plain").click();
    const form = dialog("plain");
    await field(t("models.aliases"), form).fill("flow,");
    await button(t("do.save"), form).click();
    await fault(field(t("models.aliases"), form));
    await button(t("chips.remove", { value: "flow" }), form).click();
    await field(t("models.aliases"), form).fill("fast,");
    await field(t("models.context"), form).fill("8,192");
    await button(t("do.save"), form).click();
    await toast(t("models.saved", { name: "plain" })).waitFor();
    const saved = await api(`/api/models/${plain}`);
    assert.deepEqual([saved.aliases, saved.context, saved.own.context], [["fast"], 8192, 8192]);
  });

  await step("model-added", [{ status: 409, path: "/api/models" }], async () => {
    await button(t("models.add")).click();
    const form = dialog(t("models.add"));
    await field(t("models.name"), form).fill("plain");
    await button(t("do.save"), form).click();
    await fault(field(t("models.name"), form));
    await field(t("models.name"), form).fill("alone");
    await button(t("do.save"), form).click();
    await toast(t("models.added", { name: "alone" })).waitFor();
    await main.getByRole("button", { name: new RegExp(`^${t("models.unserved")}`) }).click();
    await link("alone").waitFor();
    await gone(link("plain"));
    await choose("alone", t("do.delete"));
    await button(t("do.delete"), dialog(t("models.delete_one", { name: "alone" }))).click();
    await toast(t("models.deleted_one", { name: "alone" })).waitFor();
    await button(t("table.clear_filter")).click();
  });

  await step("models-at-once", [], async () => {
    for (const name of ["flow", "stall"]) await field(t("table.select", { name })).check();
    const bar = page.getByRole("toolbar");
    await button(t("do.disable"), bar).click();
    await toast(t("models.disabled_many", { n: 2 })).waitFor();
    assert.equal((await api("/api/models?show=disabled")).total, 2);
    await button(t("do.undo")).click();
    await toast(t("models.enabled_many", { n: 2 })).waitFor();
    await button(t("do.clear_selection"), bar).click();
    assert.equal((await api("/api/models?show=disabled")).total, 0);
  });

  await step("models-by-address", [], async () => {
    await page.goto(`${ORIGIN}/models?capability=vision&sort=-context`);
    await link("gpt-4o-mini").waitFor();
    await gone(link("plain"));
    const context = page.getByRole("columnheader", { name: t("models.column_context"), exact: true });
    assert.equal(await context.getAttribute("aria-sort"), "descending");
    await context.getByRole("button").click();
    await page.waitForURL("**/models?sort=context&capability=vision");
    assert.equal(await field(t("models.can")).inputValue(), "vision");

    const kind = page.getByRole("columnheader", { name: t("models.column_kind"), exact: true });
    const choice = page.getByRole("group", { name: t("table.columns"), exact: true }).getByText(t("models.column_kind"), { exact: true });
    await button(t("table.columns")).click();
    await choice.click();
    await gone(kind);
    await page.reload();
    await link("gpt-4o-mini").waitFor();
    assert.equal(await kind.count(), 0);
    await button(t("table.columns")).click();
    await choice.click();
    await kind.waitFor();
    await page.keyboard.press("Escape");
  });

  let secret;
  await step("key", [], async () => {
    await link(t("nav.keys")).click();
    await button(t("keys.new")).first().click();
    const form = dialog(t("keys.new"));
    await field(t("setup.key_name"), form).fill("office");
    await field(t("keys.ip_allow"), form).fill("here,");
    await button(t("keys.create"), form).click();
    await fault(field(t("keys.ip_allow"), form));
    await button(t("chips.remove", { value: "here" }), form).click();
    await field(t("keys.ip_allow"), form).fill("127.0.0.1,");
    await field(t("keys.models"), form).fill("plain,");
    await button(t("keys.create"), form).click();
    const shown = dialog(t("keys.copy_now", { name: "office" }));
    secret = await shown.getByTestId("secret").innerText();
    await shown.getByRole("tab", { name: "Aider", exact: true }).click();
    await shown.getByText("aider --model openai/plain").waitFor();
    await shown.getByText(t("keys.first_waiting"), { exact: true }).waitFor();
  });

  await step("alias-through-the-relay", [], async () => {
    const answer = await fetch(`${ORIGIN}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "fast", messages: [{ role: "user", content: "Hi" }] }),
    });
    assert.equal(answer.status, 200);
    const shown = dialog(t("keys.copy_now", { name: "office" }));
    await shown.getByText(t("keys.first_arrived"), { exact: true }).waitFor();
    await shown.getByLabel(t("keys.stored")).check();
    await button(t("keys.done"), shown).click();
    await gone(shown);
    const [log] = (await api("/api/logs")).items;
    assert.deepEqual([log.model, log.upstream_model, log.state, log.key_name], ["fast", "plain", "done", "office"]);
  });

  await step("key-changed", [], async () => {
    await link("office").click();
    const form = dialog("office");
    await field(t("setup.key_name"), form).fill("office 2");
    await button(t("chips.remove", { value: "127.0.0.1" }), form).click();
    await field(t("keys.ip_allow"), form).fill("10.0.0.0/8,");
    await button(t("keys.days", { n: 30 }), form).click();
    await button(t("do.save"), form).click();
    await toast(t("keys.saved", { name: "office 2" })).waitFor();
    const [key] = (await api("/api/keys")).items;
    assert.deepEqual([key.name, key.ip_allow, key.models], ["office 2", ["10.0.0.0/8"], ["plain"]]);
    assert.ok(Date.parse(key.expires_at) > Date.now());
    const refused = await fetch(`${ORIGIN}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal(refused.status, 403);
  });

  await step("keys-at-once", [], async () => {
    await api("/api/keys", "POST", { name: "second" });
    await page.reload();
    await link("second").waitFor();
    await field(t("table.select_all")).check();
    const bar = page.getByRole("toolbar");
    await button(t("do.disable"), bar).click();
    await toast(t("keys.disabled_many", { n: 2 })).waitFor();
    assert.ok((await api("/api/keys")).items.every((key) => key.status === "disabled"));
    await button(t("do.delete"), bar).click();
    await button(t("do.delete"), dialog(t("keys.delete_many", { n: 2 }))).click();
    await toast(t("keys.deleted_many", { n: 2 })).waitFor();
    assert.equal((await api("/api/keys")).total, 0);
  });

  await step("keys-by-address", [], async () => {
    const made = [];
    for (let n = 10; n < 70; n++) made.push(await api("/api/keys", "POST", { name: `key ${n}` }));
    await page.reload();
    await button(t("table.next")).click();
    await page.getByText(t("table.range", { from: 51, to: 60, found: 60 }), { exact: true }).waitFor();
    const head = page.getByRole("columnheader", { name: t("keys.column_key"), exact: true });
    await head.getByRole("button").click();
    await link("key 10").waitFor();
    await button(t("table.next")).click();
    await link("key 60").waitFor();
    assert.equal(new URL(page.url()).search, "?page=2&sort=name");
    await page.reload();
    await link("key 60").waitFor();
    assert.equal(await head.getAttribute("aria-sort"), "ascending");

    await page.getByRole("searchbox").fill("key 6");
    // Before the search is asked for; it must not close what was opened.
    await link("key 61").click();
    await page.waitForURL("**/keys/*?search=key%206&sort=name");
    await dialog("key 61").waitFor();
    await page.getByText(t("table.range", { from: 1, to: 10, found: 10 }), { exact: true }).waitFor({ state: "attached" });
    await page.reload();
    await button(t("do.cancel"), dialog("key 61")).click();
    await gone(dialog("key 61"));
    assert.equal(await page.getByRole("searchbox").inputValue(), "key 6");

    await page.getByRole("button", { name: new RegExp(`^${t("keys.not_active")}`) }).click();
    await heading(t("keys.none_found")).waitFor();
    await button(t("table.clear_filter")).click();
    await page.getByText(t("table.range", { from: 1, to: 50, found: 60 }), { exact: true }).waitFor();
    // One that isn't on the page.
    await page.goto(`${ORIGIN}/keys/${made[0].id}`);
    await dialog("key 10").waitFor();
    await button(t("do.cancel"), dialog("key 10")).click();
    for (const { id } of made) await api(`/api/keys/${id}`, "DELETE");
    await page.reload();
  });

  const prompt = () => field(t("playground.prompt"));
  const model = (name) => page.getByRole("combobox", { name: t("models.column_model"), exact: true }).selectOption(name);

  await step("playground-streams", [], async () => {
    await link(t("nav.playground")).click();
    await model("flow");
    await page.getByRole("button", { name: new RegExp(`^${t("playground.parameters")}`) }).click();
    await field(t("playground.temperature")).fill("hot");
    await prompt().fill("Say hello");
    await prompt().press("Control+Enter");
    await fault(field(t("playground.temperature")));
    await field(t("playground.temperature")).fill("0.2");
    await prompt().press("Control+Enter");
    await main.getByRole("listitem").getByText("one", { exact: true }).waitFor();
    // Markup stays text, a script is no link, and a picture is one, so that nothing is fetched.
    await main.getByRole("listitem").getByText("<img src=x onerror=alert(1)>", { exact: true }).waitFor();
    assert.deepEqual(await main.locator(".prose a").evaluateAll((links) => links.map((a) => [a.innerText, a.href])), [
      ["seen", "https://tracker.example/dot.png"],
    ]);
    assert.equal(await main.locator(".prose img").count(), 0);
    await main.getByText("stop", { exact: true }).waitFor();
    await main.getByText("12 tok/s").or(main.getByText(t("playground.speed"), { exact: true })).first().waitFor();
    const [log] = (await api("/api/logs")).items;
    assert.deepEqual([log.key_name, log.key_id, log.model, log.state, log.stream], ["Playground", 0, "flow", "done", true]);
  });

  await step("playground-raw", [], async () => {
    await button(t("playground.view_events")).click();
    await main.getByText("[DONE]", { exact: true }).waitFor();
    await button(t("playground.view_raw")).click();
    await main.getByText('"temperature": 0.2').waitFor();
    await button(t("playground.view_answers")).click();
  });

  await step("playground-beside-each-other", [], async () => {
    await main.getByRole("button", { name: t("models.column_model"), exact: true }).click();
    await page.getByRole("combobox", { name: t("models.column_model"), exact: true }).nth(1).selectOption("plain");
    await page.locator("input[type=file]").setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") });
    await main.getByAltText(t("playground.image", { number: 1 })).waitFor();
    await prompt().fill("And now?");
    await button(t("playground.send")).click();
    await main.getByText("Hello, world.", { exact: true }).waitFor();
    await button(t("playground.send")).waitFor();
  });

  await step("playground-stops", [], async () => {
    await button(t("playground.clear")).click();
    await button(t("playground.remove", { name: "plain" })).click();
    await model("stall");
    await prompt().fill("Wait");
    await button(t("playground.send")).click();
    await main.getByText("So far", { exact: true }).waitFor();
    await button(t("playground.stop")).click();
    await main.getByText(t("playground.stopped"), { exact: true }).waitFor();
    await page.waitForFunction(async () => {
      const [log] = (await (await fetch("/api/logs")).json()).items;
      return log.model === "stall" && log.state === "cancelled";
    });
  });

  await step("playground-fails", [{ status: 404, path: "/api/playground/chat/completions" }], async () => {
    const stall = (await api("/api/models?search=stall")).items[0];
    await api(`/api/models/${stall.id}`, "PATCH", { status: "disabled" });
    await prompt().fill("Again");
    await button(t("playground.send")).click();
    await main.getByRole("alert").getByText("stall").waitFor();
    await api(`/api/models/${stall.id}`, "PATCH", { status: "enabled" });
  });

  await step("member", [{ status: 401, path: "/api/session" }], async () => {
    await api("/api/users", "POST", { username: "mara", password: PASSWORD });
    await api("/api/session", "DELETE");
    await page.goto(`${ORIGIN}/models`);
    await field(t("login.username")).fill("mara");
    await field(t("login.password")).fill(PASSWORD);
    await button(t("login.submit")).click();
    await heading(t("not_found.headline")).waitFor();
    assert.equal(await link(t("nav.models")).count() + (await link(t("nav.providers")).count()), 0);
    await link(t("nav.playground")).click();
    await model("plain");
    await prompt().fill("Hi");
    await button(t("playground.send")).click();
    await main.getByText("Hello, world.", { exact: true }).waitFor();
  });

  await step("member-keys", [], async () => {
    await link(t("nav.keys")).click();
    await button(t("keys.new")).first().click();
    const form = dialog(t("keys.new"));
    await field(t("setup.key_name"), form).waitFor();
    assert.equal(await field(t("keys.group"), form).count(), 0, "a member chooses no group");
  });
});
