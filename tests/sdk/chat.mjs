// What people do with the official Node.js client, against the gateway at OPENAI_BASE_URL with OPENAI_API_KEY.
//
// Prints a line for each case and fails if one fails.

import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ maxRetries: 0 });
const messages = [{ role: "user", content: "Hi" }];
const tools = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "Tells the weather",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

const ask = (model, more = {}) => client.chat.completions.create({ model, messages, ...more });

async function all(stream) {
  const chunks = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}

async function refused(kind, status, code, act) {
  try {
    await act();
  } catch (error) {
    assert.equal(error.constructor, kind, String(error));
    assert.deepEqual([error.status, error.code], [status, code]);
    assert.ok(error.requestID);
    return error;
  }
  assert.fail(`no ${kind.name}`);
}

const cases = {
  async chat() {
    const answer = await ask("plain");
    assert.equal(answer.choices[0].message.content, "Hello, world.");
    assert.deepEqual([answer.usage.prompt_tokens, answer.usage.completion_tokens], [11, 7]);
  },

  async stream() {
    const chunks = await all(ask("plain", { stream: true }));
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join(""), "Hello, world.");
    assert.equal(chunks.at(-1).choices[0].finish_reason, "stop");
    assert.ok(chunks.every((chunk) => !chunk.usage));
  },

  async stream_with_usage() {
    const chunks = await all(ask("plain", { stream: true, stream_options: { include_usage: true } }));
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.equal(chunks.at(-1).usage.total_tokens, 18);
  },

  async tools() {
    const [call] = (await ask("tools", { tools, tool_choice: "auto" })).choices[0].message.tool_calls;
    assert.deepEqual([call.id, call.function.name], ["call_1", "weather"]);
    assert.deepEqual(JSON.parse(call.function.arguments), { city: "Zürich" });
  },

  async streamed_tools() {
    const chunks = await all(ask("tools-stream", { tools, stream: true }));
    const calls = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.delta.tool_calls ?? []);
    assert.equal(calls[0].function.name, "weather");
    assert.deepEqual(JSON.parse(calls.map((call) => call.function.arguments ?? "").join("")), { city: "Zürich" });
  },

  async completion() {
    assert.equal((await client.completions.create({ model: "plain", prompt: "Hi" })).choices[0].text, "Hello.");
  },

  async embeddings() {
    // The client asks for base64 by itself and decodes it.
    const answer = await client.embeddings.create({ model: "plain", input: "Hi" });
    assert.deepEqual(answer.data[0].embedding, [0.5, -1.25, 3]);
  },

  async embeddings_as_numbers() {
    const answer = await client.embeddings.create({ model: "plain", input: ["Hi"], encoding_format: "float" });
    assert.deepEqual(answer.data[0].embedding, [0.5, -1.25, 3]);
  },

  async models_list() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.ok(names.includes("plain") && names.includes("org/with:slash"), names.join());
  },

  async models_retrieve() {
    for (const name of ["plain", "org/with:slash"]) {
      assert.equal((await client.models.retrieve(name)).id, name);
    }
  },

  async bad_key() {
    const other = new OpenAI({ apiKey: "sk-wrong", maxRetries: 0 });
    await refused(OpenAI.AuthenticationError, 401, "invalid_api_key", () => other.models.list());
  },

  async unknown_model() {
    const error = await refused(OpenAI.NotFoundError, 404, "model_not_found", () => ask("no-such-model"));
    assert.equal(error.param, "model");
    assert.match(error.message, /no-such-model/);
    await refused(OpenAI.NotFoundError, 404, "model_not_found", () => client.models.retrieve("no-such-model"));
  },

  async bad_request() {
    const error = await refused(OpenAI.BadRequestError, 400, "their_code", () => ask("strict", { temperature: 9 }));
    assert.equal(error.param, "temperature");
    assert.match(error.message, /Their words/);
  },

  async rate_limit() {
    const error = await refused(OpenAI.RateLimitError, 429, "rate_limit_exceeded", () => ask("limited"));
    assert.equal(error.headers.get("retry-after"), "17");
  },

  async provider_fails() {
    await refused(OpenAI.InternalServerError, 502, "upstream_auth", () => ask("unauthorised"));
    await refused(OpenAI.InternalServerError, 502, "upstream_error", () => ask("gone"));
  },

  async broken_stream() {
    await assert.rejects(all(ask("cut", { stream: true })), OpenAI.APIError);
  },
};

for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`failed ${name}`);
    console.error(error);
  }
}
