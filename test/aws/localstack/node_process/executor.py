"""Runs each execution environment of a Node.js Lambda as a child process instead of a container.

The child (host.mjs) speaks lines of JSON over its standard input and output, so no port is taken, its death is the end of the
stream, and it ends by itself when this process is gone.
"""

import json
import os
import subprocess
import threading
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

HOST = Path(__file__).with_name("host.mjs")
# What Lambda gives the heap of a Node.js function, as a share of its memory setting.
HEAP_SHARE = 0.9


class NodeProcessExecutor(RuntimeExecutor):
    def __init__(self, id, function_version):
        super().__init__(id=id, function_version=function_version)
        self.process = None
        self.environment = {}
        self.turn = threading.Lock()

    def start(self, env_vars):
        settings = self.function_version.config
        if not (settings.runtime or "").startswith("nodejs"):
            raise LambdaRuntimeException(f"node_process runs Node.js only, not {settings.runtime}")
        self.environment = {name: str(value) for name, value in env_vars.items() if value is not None}
        self.environment["PATH"] = os.environ["PATH"]
        self.environment["LAMBDA_TASK_ROOT"] = str(settings.code.get_unzipped_code_location())
        self._spawn()

    def _spawn(self):
        heap = int(self.function_version.config.memory_size * HEAP_SHARE)
        self.process = subprocess.Popen(
            [os.environ["NODE_PROCESS_NODE"], f"--max-old-space-size={heap}", str(HOST)],
            cwd=self.environment["LAMBDA_TASK_ROOT"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        first = self._read()
        if first is None:
            raise StatusErrorException("the process ended before it was ready", payload=self._exit_error(""))
        if "error" in first:
            raise StatusErrorException("the handler could not be loaded", payload=json.dumps(first["error"]).encode())

    def _read(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def _exit_error(self, request_id):
        status = self.process.wait()
        message = f"RequestId: {request_id} Error: Runtime exited with error: exit status {status}"
        return json.dumps({"errorType": "Runtime.ExitError", "errorMessage": message}).encode()

    def invoke(self, payload):
        with self.turn:
            # As on Lambda: an environment whose process is gone is started anew by the next invocation.
            if self.process.poll() is not None:
                self._spawn()
            request_id = payload["invoke-id"]
            try:
                self.process.stdin.write(json.dumps(payload).encode() + b"\n")
                self.process.stdin.flush()
                answer = self._read()
            except BrokenPipeError:
                answer = None
            if answer is None:
                return InvocationResult(request_id, self._exit_error(request_id), is_error=True, logs="")
            if answer["last"]:
                self.process.wait()
            return InvocationResult(request_id, answer["payload"].encode(), is_error=not answer["ok"], logs=answer["logs"])

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}"

    def get_logs(self):
        return ""

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.destroy_cached()
