"""A running Clavero with a mail server, and whole recoveries through its API. Standard library only."""

import csv
import email
import email.policy
import io
import json
import os
import queue
import re
import socketserver
import subprocess
import threading
import urllib.error
import urllib.request

PASSWORD = "tetera nube farol brisa cuento"


class Session(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a relay on loopback needs."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 sink.example ESMTP")
        recipients = []
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipients.append(re.search(rb"<([^>]*)>", line).group(1).decode())
            if verb == b"DATA":
                self.say("354 go on")
                self.take(recipients)
                recipients = []
            self.say("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT":
                return

    def take(self, recipients):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        for recipient in recipients:
            self.server.box(recipient).put(text)


class Sink(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it gets."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.boxes, self.lock = {}, threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def box(self, address):
        with self.lock:
            return self.boxes.setdefault(address, queue.Queue())

    def next(self, address, pattern):
        while True:
            found = re.search(pattern, self.box(address).get(timeout=60))
            if found:
                return found.group(1)


class World:
    """A folder with a database, a key ring and checkpoints, and the program that serves from it."""

    def __init__(self, program, folder):
        self.program, self.folder = str(program), folder
        self.sink = Sink()
        self.served = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CLAVERO_", "LC_"))},
            "LANG": "C",
            "CLAVERO_SERVER__LISTEN": "127.0.0.1:0",
            "CLAVERO_SERVER__ADMIN_LISTEN": "127.0.0.1:0",
            "CLAVERO_DATABASE__URL": f"sqlite:{folder}/clavero.db",
            "CLAVERO_SECRETS__KEY_FILE": f"{folder}/keys.toml",
            "CLAVERO_MAIL__SMTP_URL": f"smtp://127.0.0.1:{self.sink.server_address[1]}",
            "CLAVERO_MAIL__FROM": "no-responder@institucion.example",
            "CLAVERO_LOG__FORMAT": "json",
            "CLAVERO_LIMITS__FAILURES_BEFORE_PROOF": "0",
        }

    def run(self, *arguments, **environment):
        """A command: its exit code, what it printed, and what it told beside."""
        done = subprocess.run([self.program, *map(str, arguments)], env={**self.environment, **environment},
                              capture_output=True, text=True, check=False, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def printed(self, *arguments):
        code, out, told = self.run(*arguments)
        assert code == 0, f"{arguments}: {told}"
        return out

    def register(self, count):
        text = self.printed("generate", "employers", "--count", count)
        (self.folder / "employers.csv").write_text(text, encoding="utf-8")
        self.printed("import", "employers", self.folder / "employers.csv")
        rows = csv.DictReader(io.StringIO(text))
        seen, able = set(), []
        for row in rows:
            if row["correo"] and row["tiene_clave"] == "si" and row["correo"] not in seen:
                seen.add(row["correo"])
                able.append(row)
        return able

    def start(self):
        self.served = subprocess.Popen([self.program, "serve"], env=self.environment, stderr=subprocess.PIPE,
                                       text=True, cwd=self.folder)
        for line in self.served.stderr:
            found = re.search(r'"listen":"([^"]+)"', line)
            if found:
                self.url = f"http://{found.group(1)}/api/v1"
                break
        else:
            raise AssertionError("the service did not start")
        threading.Thread(target=lambda: [None for _ in self.served.stderr], daemon=True).start()

    def stop(self):
        self.served.terminate()
        assert self.served.wait(60) == 0, "the service ended badly"

    def ask(self, path, body, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            return error.code, {}
        return 200, json.loads(text) if text else {}

    def recover(self, row):
        """A whole recovery, with one wrong code on the way."""
        identifiers = {"representative_id": row["representante_id"], "ruc": row["ruc"], "sucursal": row["sucursal"]}
        status, flow = self.ask("/recoveries", identifiers)
        assert status == 200, f"start: {status}"
        if flow["state"] == "assisted":
            return False
        code = self.sink.next(row["correo"], r"\b(\d{3} ?\d{3})\b").replace(" ", "")
        wrong = f"{(int(code) + 1) % 10**6:06}"
        assert self.ask(f"/recoveries/{flow['id']}/code", {"code": wrong}, flow["token"])[0] != 200
        assert self.ask(f"/recoveries/{flow['id']}/code", {"code": code}, flow["token"])[0] == 200
        token = self.sink.next(row["correo"], r"/([A-Za-z0-9_-]{43})\b")
        status, _ = self.ask(f"/links/{token}/password", {"password": PASSWORD})
        assert status == 200, f"key: {status}"
        status, _ = self.ask("/sessions", {**identifiers, "password": PASSWORD})
        assert status == 200, f"sign-in: {status}"
        # Data that match nothing, and a wrong key, are in the log as well.
        self.ask("/recoveries", {**identifiers, "representative_id": "1714307103"})
        self.ask("/sessions", {**identifiers, "password": "no es la clave de nadie"})
        return True
