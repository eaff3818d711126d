"""An LLM server on this machine that answers: vLLM's or Ollama's own paths, and the four APIs of clients.

Every answer of its model is the word ANSWER, whole or as a stream, in the shape that the API's documents give. It keeps what
it was asked: (path, headers by their names in lower case, body). What `answer` is set to answers a POST instead: a
function of the handler and the body of the request.

    llm.py PORT MODEL     answers as vLLM, on all addresses, until it is ended
"""
import http.server
import json
import sys
import threading

ANSWER = "Pineapple"


def chat_events(model):
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    for delta, end in (({"role": "assistant", "content": ANSWER}, None), ({}, "stop")):
        yield None, {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
    yield None, {**base, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}


def chat(model):
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}


def response(model, status="completed"):
    item = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": ANSWER, "annotations": []}]}
    return {"id": "resp_1", "object": "response", "created_at": 1, "model": model, "status": status,
            "output": [item] if status == "completed" else [],
            "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2,
                      "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}}


def response_events(model):
    whole = response(model)
    yield "response.created", {"type": "response.created", "response": response(model, "in_progress")}
    yield "response.output_item.done", {"type": "response.output_item.done", "output_index": 0,
                                        "item": whole["output"][0]}
    yield "response.completed", {"type": "response.completed", "response": whole}


def message(model):
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
            "content": [{"type": "text", "text": ANSWER}], "usage": {"input_tokens": 1, "output_tokens": 1}}


def ollama_chat(model):
    return {"model": model, "created_at": "2026-11-30T12:00:00Z", "message": {"role": "assistant", "content": ANSWER},
            "response": ANSWER, "done": True, "done_reason": "stop"}


def ollama_show(_model):
    return {"details": {"family": "llama"}, "model_info": {}, "capabilities": ["completion"], "template": ""}


POSTS = {   # path: the whole answer, and the events of a stream
    "/v1/chat/completions": (chat, chat_events),
    "/v1/responses": (response, response_events),
    "/v1/messages": (message, None),
    "/api/chat": (ollama_chat, None),
    "/api/generate": (ollama_chat, None),
    "/api/show": (ollama_show, None),
}


def vllm(model, version="0.32.0"):
    """What it says of itself: path, body."""
    entry = {"id": model, "object": "model", "created": 1, "owned_by": "vllm", "root": model, "max_model_len": 131072}
    return {"/health": "", "/version": {"version": version}, "/v1/models": {"object": "list", "data": [entry]},
            "/metrics": "vllm:num_requests_running 0\nvllm:num_requests_waiting 0\n"
                        "vllm:generation_tokens_total 100\nvllm:prompt_tokens_total 200\n"}


def litellm(*models):
    entries = [{"id": model, "object": "model", "created": 1677610602, "owned_by": "openai"} for model in models]
    return {"/health/liveliness": "\"I'm alive!\"", "/v1/models": {"object": "list", "data": entries}}


def llama_server(model):
    entry = {"id": model, "object": "model", "created": 1, "owned_by": "llamacpp", "meta": {"n_ctx": 8192}}
    return {"/health": {"status": "ok"}, "/props": {"total_slots": 1, "model_path": model, "is_sleeping": False},
            "/v1/models": {"models": [], "object": "list", "data": [entry]}}


def ollama(model, version="0.17.4", is_loaded=True):
    entry = {"name": model, "model": model, "modified_at": "2026-11-30T12:00:00Z", "size": 1000,
             "details": {"family": "llama", "quantization_level": "Q8_0"}}
    loaded = {**entry, "size_vram": 1000, "context_length": 131072, "expires_at": "2099-01-01T00:00:00Z"}
    return {"/": "Ollama is running", "/api/version": {"version": version}, "/api/tags": {"models": [entry]},
            "/api/ps": {"models": [loaded] if is_loaded else []}, "/v1/models": {"object": "list", "data": [
                {"id": model, "object": "model", "created": 1, "owned_by": "library"}]}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def send(self, status, kind, body):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response_only(status)     # "BaseHTTP" in a header is the sign of another server
        if body:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_json(self, body, status=200):
        self.send(status, "application/json", json.dumps(body))

    def is_let_in(self):
        key = self.server.key
        if not key or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        self.send_json({"error": "Unauthorized"}, 401)
        return False

    def do_GET(self):
        path = self.path.partition("?")[0]
        body = self.server.pages.get(path)
        if path.startswith("/v1/") and not self.is_let_in():
            return
        if body is None:
            self.send_json({"detail": "Not Found"}, 404)
        elif isinstance(body, str):
            self.send(200, "application/json" if body.startswith('"') else "text/plain; charset=utf-8", body)
        else:
            self.send_json(body)

    do_HEAD = do_GET

    def do_POST(self):
        path = self.path.partition("?")[0]
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(text or b"{}")
        self.server.asked.append((path, {name.lower(): value for name, value in self.headers.items()}, body))
        if not self.is_let_in():
            return
        if self.server.answer:
            self.server.answer(self, body)
            return
        whole, events = POSTS.get(path, (None, None))
        model = body.get("model", "")
        if not whole:
            self.send_json({"detail": "Not Found"}, 404)
        elif events and body.get("stream"):
            lines = [(f"event: {name}\n" if name else "") + f"data: {json.dumps(event)}\n\n"
                     for name, event in events(model)]
            self.send(200, "text/event-stream", "".join(lines) + ("" if path == "/v1/responses" else "data: [DONE]\n\n"))
        elif path in ("/api/chat", "/api/generate"):
            self.send(200, "application/x-ndjson", json.dumps(whole(model)) + "\n")
        else:
            self.send_json(whole(model))

    def begin_stream(self, kind="text/event-stream"):
        """An answer that ends with its connection; what is written comes after this."""
        self.close_connection = True
        self.send_response_only(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def send_event(self, event):
        self.wfile.write(f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode())

    def log_message(self, *_):
        pass


class LlmServer(http.server.ThreadingHTTPServer):
    """On a free port of this machine, until the end of `with`."""
    daemon_threads = True

    def __init__(self, pages, key="", address=("127.0.0.1", 0)):
        super().__init__(address, Handler)
        self.pages, self.key, self.asked, self.answer = pages, key, [], None
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


if __name__ == "__main__":
    LlmServer(vllm(sys.argv[2]), address=("", int(sys.argv[1]))).serve_forever()
