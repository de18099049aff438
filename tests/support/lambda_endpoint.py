"""A server of the Lambda Invoke API that runs handlers of Python and JavaScript files, for tests."""
import importlib.util
import json
import os
import subprocess
import threading
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RUN_NODE = """
import { pathToFileURL } from 'node:url'
const [file, name, event] = process.argv.slice(1)
const module = await import(pathToFileURL(file))
const handler = module[name] ?? module.default[name]
try {
  const result = await new Promise((resolve, reject) => {
    const returned = handler(JSON.parse(event), {}, (error, value) => (error ? reject(error) : resolve(value)))
    if (returned?.then) returned.then(resolve, reject)
  })
  console.log(JSON.stringify({ result: result ?? null }))
} catch (error) {
  console.log(JSON.stringify({ error: { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\\n') } }))
}
"""


def run_python(file, name, event):
    spec = importlib.util.spec_from_file_location("handlers_" + os.path.basename(file).replace(".", "_"), file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        return {"result": getattr(module, name)(event, None)}
    except Exception as e:
        return {"error": {"errorMessage": str(e), "errorType": type(e).__name__, "requestId": "", "stackTrace": []}}


def run_node(file, name, event):
    done = subprocess.run(["node", "--input-type=module", "-e", RUN_NODE, file, name, json.dumps(event)],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class LambdaEndpoint:
    """`functions`: name to (file, handler's name). Counts the invocations of each in `calls`."""

    def __init__(self, functions):
        self.functions, self.calls = functions, {}
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                name = urllib.parse.unquote(self.path.split("/")[3])
                if name not in owner.functions:
                    message = {"Type": "User", "Message": f"Function not found: {name}"}
                    return self.answer(404, message, {"x-amzn-ErrorType": "ResourceNotFoundException"})
                owner.calls[name] = owner.calls.get(name, 0) + 1
                file, handler = owner.functions[name]
                run = run_python if file.endswith(".py") else run_node
                end = run(file, handler, json.loads(payload))
                head = {"X-Amz-Executed-Version": "$LATEST"}
                if "error" in end:
                    head["X-Amz-Function-Error"] = "Unhandled"
                self.answer(200, end.get("error", end.get("result")), head)

            def answer(self, status, body, head):
                text = json.dumps(body).encode()
                try:
                    self.send_response(status)
                    for key, value in head.items():
                        self.send_header(key, value)
                    self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:
                    pass  # nobody waits any more

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
