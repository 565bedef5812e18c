// An owner, an admin's view and a member: people, groups, one's own account, the audit. In the language of TEXTS.

import assert from "node:assert/strict";
import { drive, texts } from "./drive.mjs";

const { LOCALE, ORIGIN, OWNER, PASSWORD, SHOTS } = process.env;
const t = texts(JSON.parse(process.env.TEXTS));
const NEW_PASSWORD = "a password of her own";

await drive({ locale: LOCALE, shots: SHOTS }, async (page, step) => {
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const field = (name, within = page) => within.getByLabel(name, { exact: true });
  const heading = (name, within = page) => within.getByRole("heading", { name, exact: true });
  const dialog = (name) => page.getByRole("dialog", { name, exact: true });
  const toast = (text, within = page) => within.locator(".toasts").getByText(text, { exact: true });
  const row = (name) => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
  const link = (name, within = page) => within.getByRole("link", { name, exact: true });
  const nav = (name, within = page) => link(name, within.getByRole("navigation", { name: t("nav.main"), exact: true }).first());
  const api = (path, within = page) => within.evaluate(async (path) => (await fetch(path)).json(), path);
  const choose = async (name, item) => {
    await button(t("table.more", { name })).click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
  };
  /** The message below a field; it is told to screen readers too. */
  const fault = async (input) => {
    await input.and(input.page().locator("[aria-invalid='true']")).waitFor();
    const id = await input.getAttribute("aria-describedby");
    return input.page().locator(`#${id}`).innerText();
  };
  const inItsLanguage = (text) => {
    assert.ok(text.trim(), "says something");
    assert.equal(/\p{Script=Han}/u.test(text), LOCALE.startsWith("zh"), text);
  };
  const signIn = async (page, username, password) => {
    await field(t("login.username"), page).fill(username);
    await field(t("login.password"), page).fill(password);
    await button(t("login.submit"), page).click();
    await heading(t("login.headline"), page).waitFor({ state: "detached" });
  };

  await step("sign-in", [{ status: 401, path: "/api/session" }], async () => {
    await page.goto(`${ORIGIN}/users`);
    await signIn(page, OWNER, PASSWORD);
    await heading(t("users.title")).waitFor();
    await row(OWNER).first().waitFor();
  });

  let password;
  await step("add-user", [{ status: 409, path: "/api/users" }], async () => {
    await button(t("users.add")).first().click();
    const form = page.getByRole("dialog");
    await field(t("login.password"), form).fill("short");
    await button(t("users.add"), form).click();
    inItsLanguage(await fault(field(t("login.username"), form)));
    inItsLanguage(await fault(field(t("login.password"), form)));
    await button(t("users.generate"), form).click();
    await field(t("login.username"), form).fill(OWNER.toUpperCase());
    await button(t("users.add"), form).click();
    const taken = field(t("login.username"), form);
    await form.getByText(LOCALE.startsWith("zh") ? "名称已被使用，换一个。" : "That name is in use. Choose another one.").waitFor();
    inItsLanguage(await fault(taken));
    await taken.fill("grace");
    await field(t("users.display_name"), form).fill("Grace Hopper");
    await button(t("users.add"), form).click();
    const shown = dialog(t("users.hand_over", { name: "grace" }));
    const lines = (await shown.locator("pre").innerText()).split("\n");
    assert.equal(lines[0], `${ORIGIN}/login`);
    assert.match(lines[1], /grace$/);
    password = lines[2].split(": ")[1];
    assert.ok(password.length >= 20, password);
    await button(t("keys.done"), shown).click();
    await shown.waitFor({ state: "detached" });
    await row("grace").waitFor();
    assert.equal(new URL(page.url()).pathname, "/users");
  });

  await step("add-group", [], async () => {
    await link(t("groups.title")).click();
    await heading(t("groups.title")).waitFor();
    await button(t("groups.add")).click();
    const form = dialog(t("groups.add"));
    await field(t("groups.name"), form).fill("interns");
    await field(t("groups.price"), form).fill("a fifth less");
    await button(t("do.save"), form).click();
    inItsLanguage(await fault(field(t("groups.price"), form)));
    await field(t("groups.price"), form).fill("0.8");
    await button(t("do.save"), form).click();
    await toast(t("groups.added", { name: "interns" })).waitFor();
    await row("interns").getByText("×0.8", { exact: true }).waitFor();
  });

  await step("change-user", [], async () => {
    await link(t("nav.users"), page.getByRole("main")).click();
    await link("Grace Hopper").click();
    const form = dialog("Grace Hopper");
    await field(t("users.column_group"), form).selectOption("interns");
    await button(t("do.save"), form).click();
    await toast(t("users.saved", { name: "Grace Hopper" })).waitFor();
    await row("grace").getByText("×0.8").waitFor();
  });

  await step("rename-group", [{ status: 409, path: "/api/groups/interns" }], async () => {
    await link(t("groups.title")).click();
    await choose("interns", t("do.edit"));
    const form = dialog("interns");
    assert.ok(await button(t("do.save"), form).isDisabled(), "there is nothing to save yet");
    await field(t("groups.name"), form).fill("default");
    await field(t("groups.name"), form).press("Control+Enter");
    inItsLanguage(await fault(field(t("groups.name"), form)));
    await field(t("groups.name"), form).fill("juniors");
    await page.keyboard.press("Escape");
    await button(t("do.cancel"), dialog(t("editor.discard"))).click();
    await field(t("groups.name"), form).press("Control+Enter");
    await toast(t("groups.saved", { name: "juniors" })).waitFor();
    await form.waitFor({ state: "detached" });
    await row("juniors").getByText("×0.8", { exact: true }).waitFor();
    assert.equal(await row("interns").count(), 0);
    assert.equal((await api("/api/users")).items.find((user) => user.username === "grace").group, "juniors");
    await choose("default", t("do.edit"));
    assert.equal(await field(t("groups.name"), dialog("default")).count(), 0, "the default group keeps its name");
    await field(t("groups.price"), dialog("default")).fill("2");
    await page.keyboard.press("Escape");
    await button(t("editor.discard_do"), dialog(t("editor.discard"))).click();
    await dialog("default").waitFor({ state: "detached" });
  });

  await step("group-in-use", [], async () => {
    await choose("juniors", t("do.delete"));
    const refused = dialog(t("groups.in_use", { name: "juniors" }));
    await refused.getByText(t("groups.uses_users", { n: 1 }), { exact: true }).waitFor();
    await button(t("do.close"), refused).click();
    assert.equal((await api("/api/groups")).total, 2);
  });

  await step("last-owner", [{ status: 409, path: `/api/users/1` }], async () => {
    await link(t("nav.users"), page.getByRole("main")).click();
    await choose(OWNER, t("do.disable"));
    inItsLanguage(await page.locator(".toasts").getByRole("alert").innerText());
    await button(t("do.close"), page.locator(".toasts")).click();
  });

  let token;
  await step("token", [], async () => {
    await nav(t("nav.settings")).click();
    await link(t("settings.tokens")).click();
    await page.getByText(t("tokens.empty"), { exact: true }).waitFor();
    await button(t("tokens.new")).click();
    const form = dialog(t("tokens.new"));
    await button(t("tokens.create"), form).click();
    inItsLanguage(await fault(field(t("setup.key_name"), form)));
    await field(t("setup.key_name"), form).fill("script");
    await button(t("keys.days", { n: 30 }), form).click();
    await button(t("tokens.create"), form).click();
    const shown = dialog(t("keys.copy_now", { name: "script" }));
    token = await shown.getByTestId("secret").innerText();
    assert.match(token, /^aigw-pat-/);
    await page.keyboard.press("Escape");
    assert.ok(await shown.isVisible(), "it stays until the person has stored the token");
    await shown.getByLabel(t("keys.stored")).check();
    await button(t("keys.done"), shown).click();
    await shown.waitFor({ state: "detached" });
    await page.getByText("script", { exact: true }).waitFor();
    assert.ok(!(await page.content()).includes(token));
  });

  await step("token-in-a-script", [], async () => {
    const call = (method, path, body) =>
      fetch(`${ORIGIN}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
      });
    const users = await (await call("GET", "/api/users")).json();
    assert.deepEqual(users.items.map((user) => user.username), [OWNER, "grace"]);
    assert.equal((await call("POST", "/api/keys", { name: "by a script" })).status, 201);
    const owner = { username: "eve", password: "a long enough password", role: "owner" };
    for (const [path, body] of [["/api/tokens", { name: "more" }], ["/api/users", owner]]) {
      const refused = await call("POST", path, body);
      assert.deepEqual([refused.status, (await refused.json()).error.code], [403, "not_by_token"], path);
    }
    assert.equal((await call("GET", "/v1/models")).status, 401, "the relay takes keys only");
    await page.reload();
    await page.getByText(t("settings.session_used"), { exact: false }).first().waitFor();
  });

  // Somebody else's browser.
  const context = await page.context().browser().newContext({ locale: LOCALE, viewport: { width: 1280, height: 860 } });
  const other = await context.newPage();

  await step("member", [], async () => {
    await other.goto(`${ORIGIN}/keys`);
    await signIn(other, "grace", password);
    await heading(t("keys.title"), other).waitFor();
    for (const name of [t("nav.channels"), t("nav.users")]) assert.equal(await nav(name, other).count(), 0, name);
    for (const path of ["/users", "/groups", "/settings/general", "/settings/audit"]) {
      await other.goto(ORIGIN + path);
      await heading(t("not_found.headline"), other).waitFor();
    }
    await other.goto(`${ORIGIN}/settings`);
    await heading(t("settings.appearance"), other).waitFor();
    assert.equal(await link(t("settings.audit"), other).count(), 0);
  });

  await step("own-password", [], async () => {
    await link(t("settings.profile"), other).click();
    await field(t("settings.password_current"), other).fill("not her password");
    await field(t("settings.password_new"), other).fill(NEW_PASSWORD);
    await field(t("setup.again"), other).fill("something else");
    await button(t("settings.password_change"), other).click();
    inItsLanguage(await fault(field(t("setup.again"), other)));
    await field(t("setup.again"), other).fill(NEW_PASSWORD);
    await button(t("settings.password_change"), other).click();
    inItsLanguage(await fault(field(t("settings.password_current"), other)));
    await field(t("settings.password_current"), other).fill(password);
    await button(t("settings.password_change"), other).click();
    await toast(t("settings.password_changed"), other).waitFor();
    assert.equal(await field(t("settings.password_new"), other).inputValue(), "");
  });

  await step("own-sessions", [], async () => {
    const second = await fetch(`${ORIGIN}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "curl/8.5.0" },
      body: JSON.stringify({ username: "grace", password: NEW_PASSWORD }),
    });
    assert.equal(second.status, 200);
    const cookie = second.headers.get("set-cookie").split(";")[0];
    await link(t("settings.sessions"), other).click();
    await other.getByText(t("settings.session_current"), { exact: true }).waitFor();
    await button(`${t("settings.session_end")}: curl`, other).click();
    await toast(t("settings.sessions_ended", { n: 1 }), other).waitFor();
    assert.equal((await api("/api/sessions", other)).total, 1);
    assert.equal((await fetch(`${ORIGIN}/api/session`, { headers: { cookie } })).status, 401);
  });

  await step("own-name", [], async () => {
    await link(t("settings.profile")).click();
    await field(t("users.display_name")).fill("Ada Lovelace");
    await button(t("settings.save_name")).click();
    await toast(t("settings.name_saved")).waitFor();
    await page.getByRole("button", { name: t("nav.account") }).getByText("Ada Lovelace").waitFor();
  });

  await step("rename-user", [{ status: 409, path: "/api/users/2" }], async () => {
    await nav(t("nav.users")).click();
    await link("Grace Hopper").click();
    const form = dialog("Grace Hopper");
    const name = field(t("login.username"), form);
    await name.fill(OWNER);
    await button(t("do.save"), form).click();
    inItsLanguage(await fault(name));
    await name.fill("ghopper");
    await button(t("do.save"), form).click();
    await row("ghopper").waitFor();
    await other.goto(`${ORIGIN}/settings/profile`);
    await other.getByText("ghopper", { exact: true }).waitFor();
  });

  await step("disable", [], async () => {
    await choose("Grace Hopper", t("do.disable"));
    await toast(t("users.disabled", { name: "Grace Hopper" })).waitFor();
    await other.reload();
    await heading(t("login.headline"), other).waitFor();
    await button(t("do.undo")).click();
    await toast(t("users.enabled", { name: "Grace Hopper" })).waitFor();
  });

  await step("reset-password", [], async () => {
    await choose("Grace Hopper", t("users.reset"));
    const form = dialog(t("users.reset_of", { name: "ghopper" }));
    await button(t("users.reset_do"), form).click();
    const shown = dialog(t("users.hand_over", { name: "ghopper" }));
    password = (await shown.locator("pre").innerText()).split("\n")[2].split(": ")[1];
    await button(t("keys.done"), shown).click();
    await signIn(other, "ghopper", password);
  });

  await step("make-admin", [], async () => {
    await link("Grace Hopper").click();
    await field(t("users.column_role"), dialog("Grace Hopper")).selectOption("admin");
    await button(t("do.save"), dialog("Grace Hopper")).click();
    await toast(t("users.saved", { name: "Grace Hopper" })).waitFor();
    await other.goto(`${ORIGIN}/users`);
    await other.getByText(t("users.read_only"), { exact: true }).waitFor();
    await other.getByText("Ada Lovelace", { exact: true }).waitFor();
    assert.equal(await button(t("users.add"), other).count(), 0);
    assert.equal(await link("Grace Hopper", other).count(), 0);
    await other.goto(`${ORIGIN}/settings/general`);
    await other.getByText(t("settings.owner_only"), { exact: true }).waitFor();
    assert.ok(await field(t("settings.egress"), other).isDisabled());
  });

  await step("delete", [], async () => {
    await choose("Grace Hopper", t("do.delete"));
    await button(t("do.delete"), dialog(t("keys.delete", { name: "Grace Hopper" }))).click();
    await toast(t("keys.deleted", { name: "Grace Hopper" })).waitFor();
    assert.equal((await api("/api/users")).total, 1);
  });

  await step("audit", [], async () => {
    await nav(t("nav.settings")).click();
    await link(t("settings.audit")).click();
    await page.getByRole("combobox", { name: t("audit.what"), exact: true }).selectOption("user");
    await page.getByRole("combobox", { name: t("audit.how"), exact: true }).selectOption("update");
    const change = page.getByRole("button", {
      name: `${t("audit.phrase", { action: t("audit.update"), kind: t("audit.kind_user") })} ghopper`,
    });
    await change.first().waitFor();
    assert.equal(await change.count(), 4, "renamed, disabled, enabled, role");
    await change.first().click();
    await page.getByRole("deletion").getByText("member", { exact: true }).waitFor();
    await page.getByRole("insertion").getByText("admin", { exact: true }).waitFor();
    for (const secret of [password, PASSWORD, token]) assert.ok(!JSON.stringify(await api("/api/audit?limit=200")).includes(secret));
  });

  await step("audit-of-nothing", [], async () => {
    await page.getByRole("combobox", { name: t("audit.what"), exact: true }).selectOption("model");
    await heading(t("audit.nothing")).waitFor();
    await button(t("table.clear_filter")).click();
    await page.getByText(t("audit.end"), { exact: true }).waitFor();
  });

  await step("settings-set-elsewhere", [], async () => {
    await link(t("settings.general")).click();
    await page.getByText(t("settings.from_flag", { name: "--listen" }), { exact: true }).waitFor();
    await page.getByText(t("settings.from_environment", { name: "AIGW_DRAIN_SECONDS" }), { exact: true }).waitFor();
    assert.equal(await field(t("settings.drain")).inputValue(), "7");
    assert.ok(await field(t("settings.drain")).isDisabled());
  });

  await step("change-setting", [], async () => {
    const days = field(t("settings.audit_days"));
    const changed = (value, before) => toast(t("settings.changed", { name: t("settings.audit_days"), value, before }));
    const many = (n) => t("settings.days_count", { n });
    await days.fill("40000");
    await days.press("Enter");
    inItsLanguage(await fault(days));
    await days.press("Escape");
    assert.equal(await days.inputValue(), "365");
    await days.fill("90");
    await days.press("Enter");
    await changed(many(90), many(365)).waitFor();
    await button(t("do.undo")).click();
    await changed(many(365), many(90)).waitFor();
    assert.equal(await days.inputValue(), "365");
    await days.fill("30");
    await heading(t("settings.general")).click();
    await changed(many(30), many(365)).waitFor();
    const kept = (await api("/api/settings")).items.find((setting) => setting.name === "audit_days");
    assert.deepEqual([kept.value, kept.source], ["30", "console"]);
    await button(`${t("settings.back")}: ${t("settings.audit_days")}`).click();
    await changed(many(365), many(30)).waitFor();
  });

  await step("change-addresses", [], async () => {
    const urls = field(t("settings.public_urls"));
    await urls.fill("ai.example.com");
    await urls.press("Enter");
    inItsLanguage(await fault(urls));
    await button(t("chips.remove", { value: "ai.example.com" })).click();
    await urls.fill("https://ai.example.com");
    await urls.press("Enter");
    await toast(t("settings.changed", { name: t("settings.public_urls"), value: "https://ai.example.com", before: t("settings.none") })).waitFor();
    await button(t("chips.remove", { value: "https://ai.example.com" })).click();
    await toast(t("settings.changed", { name: t("settings.public_urls"), value: t("settings.none"), before: "https://ai.example.com" })).waitFor();
  });

  await step("find-setting", [], async () => {
    await heading(t("settings.general")).click();
    await page.keyboard.press("/");
    await page.keyboard.type("X-Forwarded-For");
    const found = page.getByRole("list", { name: t("settings.find"), exact: true });
    await found.getByRole("button").filter({ hasText: t("settings.trusted_proxies") }).click();
    await found.waitFor({ state: "detached" });
    await page.locator(".setting-on").getByText(t("settings.trusted_proxies"), { exact: true }).waitFor();
    await field(t("settings.find")).fill("the colour of the moon");
    await page.getByText(t("settings.find_none", { words: "the colour of the moon" }), { exact: true }).waitFor();
    await field(t("settings.find")).press("Escape");
  });

  await step("appearance", [], async () => {
    await link(t("settings.appearance")).click();
    await button(t("prefs.dark"), page.getByRole("main")).click();
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    await page.reload();
    await heading(t("settings.appearance")).waitFor();
    assert.equal(await page.getAttribute("html", "data-theme"), "dark", "this browser remembers");
  });

  await step("about", [], async () => {
    await link(t("settings.about")).click();
    await page.getByText(ORIGIN, { exact: true }).waitFor();
    const document = await api("/api/openapi.json");
    assert.ok(document.paths["/api/users"]);
  });

  await step("delete-token", [], async () => {
    await link(t("settings.tokens")).click();
    await button(t("tokens.delete_label", { name: "script" })).click();
    await button(t("do.delete"), dialog(t("keys.delete", { name: "script" }))).click();
    await toast(t("keys.deleted", { name: "script" })).waitFor();
    const refused = await fetch(`${ORIGIN}/api/users`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(refused.status, 401);
  });
});
