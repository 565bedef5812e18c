"""What people do with the official Python client, against the gateway at OPENAI_BASE_URL with OPENAI_API_KEY.

Prints a line for each case and fails if one fails.
"""

import json
import sys
import traceback

import openai

client = openai.OpenAI(max_retries=0)
HI = [{"role": "user", "content": "Hi"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Tells the weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


def chat():
    answer = client.chat.completions.create(model="plain", messages=HI)
    assert answer.choices[0].message.content == "Hello, world.", answer
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 7), answer


def stream():
    chunks = list(client.chat.completions.create(model="plain", messages=HI, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello, world.", chunks
    assert chunks[-1].choices[0].finish_reason == "stop", chunks
    assert all(chunk.usage is None for chunk in chunks), chunks


def stream_with_usage():
    options = {"include_usage": True}
    chunks = list(client.chat.completions.create(model="plain", messages=HI, stream=True, stream_options=options))
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 18, chunks


def tools():
    answer = client.chat.completions.create(model="tools", messages=HI, tools=TOOLS, tool_choice="auto")
    call = answer.choices[0].message.tool_calls[0]
    assert (call.id, call.function.name) == ("call_1", "weather"), answer
    assert json.loads(call.function.arguments) == {"city": "Zürich"}, answer


def streamed_tools():
    chunks = list(client.chat.completions.create(model="tools-stream", messages=HI, tools=TOOLS, stream=True))
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
    assert calls[0].function.name == "weather", chunks
    assert json.loads("".join(call.function.arguments or "" for call in calls)) == {"city": "Zürich"}, chunks


def completion():
    assert client.completions.create(model="plain", prompt="Hi").choices[0].text == "Hello."


def embeddings():
    # The client asks for base64 by itself and decodes it.
    answer = client.embeddings.create(model="plain", input="Hi")
    assert answer.data[0].embedding == [0.5, -1.25, 3.0], answer


def embeddings_as_numbers():
    answer = client.embeddings.create(model="plain", input=["Hi"], encoding_format="float")
    assert answer.data[0].embedding == [0.5, -1.25, 3.0], answer


def models_list():
    names = [model.id for model in client.models.list()]
    assert "plain" in names and "org/with:slash" in names, names


def models_retrieve():
    for name in ["plain", "org/with:slash"]:
        assert client.models.retrieve(name).id == name


def refused(kind, status, code, act):
    try:
        act()
    except kind as error:
        assert type(error) is kind, repr(error)
        assert (error.status_code, error.code) == (status, code), repr(error)
        assert error.request_id, repr(error)
        return error
    raise AssertionError(f"no {kind.__name__}")


def ask(model, **more):
    return lambda: client.chat.completions.create(model=model, messages=HI, **more)


def bad_key():
    other = openai.OpenAI(api_key="sk-wrong", max_retries=0)
    refused(openai.AuthenticationError, 401, "invalid_api_key", lambda: other.models.list())


def unknown_model():
    error = refused(openai.NotFoundError, 404, "model_not_found", ask("no-such-model"))
    assert error.param == "model" and "no-such-model" in error.message, repr(error)
    refused(openai.NotFoundError, 404, "model_not_found", lambda: client.models.retrieve("no-such-model"))


def bad_request():
    error = refused(openai.BadRequestError, 400, "their_code", ask("strict", temperature=9))
    assert error.param == "temperature" and "Their words" in error.message, repr(error)


def rate_limit():
    error = refused(openai.RateLimitError, 429, "rate_limit_exceeded", ask("limited"))
    assert error.response.headers["retry-after"] == "17", error.response.headers


def provider_fails():
    refused(openai.InternalServerError, 502, "upstream_auth", ask("unauthorised"))
    refused(openai.InternalServerError, 502, "upstream_error", ask("gone"))


def broken_stream():
    try:
        for _ in client.chat.completions.create(model="cut", messages=HI, stream=True):
            pass
    except openai.APIError:
        return
    raise AssertionError("a cut stream looked whole")


CASES = [
    chat,
    stream,
    stream_with_usage,
    tools,
    streamed_tools,
    completion,
    embeddings,
    embeddings_as_numbers,
    models_list,
    models_retrieve,
    bad_key,
    unknown_model,
    bad_request,
    rate_limit,
    provider_fails,
    broken_stream,
]

failed = False
for case in CASES:
    try:
        case()
        print(f"ok {case.__name__}")
    except Exception:
        failed = True
        print(f"failed {case.__name__}")
        traceback.print_exc()
sys.exit(failed)
