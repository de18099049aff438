"""The Kubernetes API of one cluster of EKS for tests: over TLS with a certificate of its own, for callers with a token as
aws-iam-authenticator checks it. It has jobs, whose names tell how they end (aws_jobs.py), and their pods' logs."""
import base64
import json
import os
import re
import ssl
import subprocess
import tempfile
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aws_jobs import FAILED, RUNNING, SUCCEEDED
from aws_server import KEY, SECRET, Refusal
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TOKEN = "k8s-aws-v1."


def check_token(header, cluster):
    """Refusal: the token is not a request of GetCallerIdentity that names the cluster and that the key has signed."""
    if not header.startswith("Bearer " + TOKEN):
        raise Refusal("Unauthorized", "no token", 401)
    text = header[len("Bearer " + TOKEN):]
    url = urllib.parse.urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    unsigned, _, signature = url.query.rpartition("&X-Amz-Signature=")
    query = dict(urllib.parse.parse_qsl(unsigned))
    key, _, region, service, _ = query["X-Amz-Credential"].split("/")
    request = AWSRequest("GET", f"{url.scheme}://{url.netloc}{url.path}?{unsigned}",
                         {"host": url.netloc, "x-k8s-aws-id": cluster})
    request.context["timestamp"] = query["X-Amz-Date"]
    signer = SigV4Auth(Credentials(KEY, SECRET), service, region)
    wanted = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    if (query["Action"], query["X-Amz-SignedHeaders"], key, signature) != (
            "GetCallerIdentity", "host;x-k8s-aws-id", KEY, wanted):
        raise Refusal("Unauthorized", "another token", 401)


class KubernetesApi:
    def __init__(self, cluster, jobs):
        self.cluster, self.jobs, self.calls, self.objects = cluster, jobs, [], {}
        self.lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = owner.answer(self.command, self.path, self.headers, body)
                kind = "text/plain" if isinstance(answer, str) else "application/json"
                text = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = serve

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # of clients that do not trust it, or are killed

        self.folder = tempfile.TemporaryDirectory()
        certificate = os.path.join(self.folder.name, "certificate.pem")
        key = os.path.join(self.folder.name, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=cluster",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with open(certificate, "rb") as file:
            self.authority = base64.b64encode(file.read()).decode()  # as DescribeCluster gives it
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def answer(self, method, path, headers, body):
        path, _, query = path.partition("?")
        with self.lock:
            self.calls.append((method, path, dict(urllib.parse.parse_qsl(query))))
        try:
            check_token(headers.get("Authorization", ""), self.cluster)
            return self.carry_out(method, path, json.loads(body or b"null"))
        except Refusal as refusal:
            return refusal.status, {"kind": "Status", "status": "Failure", "reason": refusal.code,
                                    "message": refusal.message, "code": refusal.status}

    def carry_out(self, method, path, body):
        log = re.fullmatch(r"/api/v1/namespaces/\w+/pods/(.+)-pod/log", path)
        if log:
            return 200, json.dumps({"line": f"{log[1]} has run"})
        if re.fullmatch(r"/api/v1/namespaces/\w+/pods", path):
            return 200, {"kind": "PodList", "items": [{"metadata": {"name": name + "-pod"}, "spec": {
                "containers": [{"name": "main"}]}} for name in self.objects]}
        if method == "POST" and re.fullmatch(r"/apis/batch/v1/namespaces/\w+/jobs", path):
            job = self.jobs.start(body["metadata"]["name"], job_id=f"{path}/{body['metadata']['name']}", taken="AlreadyExists")
            self.objects[job.name] = body
            return 201, {**body, "status": {}}
        try:
            job = self.jobs.of(path)
        except Refusal:
            raise Refusal("NotFound", f'"{path}" not found', 404) from None
        if method == "DELETE":
            self.jobs.stop(path)
            return 200, {"kind": "Status", "status": "Success"}
        state = self.jobs.state(job)
        conditions = {RUNNING: {"active": 1}, SUCCEEDED: {"conditions": [{"type": "Complete", "status": "True"}]},
                      FAILED: {"conditions": [{"type": "Failed", "status": "True"}]}}
        return 200, {**self.objects[job.name], "status": conditions[state]}
