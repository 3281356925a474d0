// One execution environment of a Lambda function: loads the handler, then answers one invocation per line of standard input.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { LAMBDA_TASK_ROOT, _HANDLER, AWS_LAMBDA_FUNCTION_TIMEOUT, AWS_LAMBDA_FUNCTION_MEMORY_SIZE } = process.env;
const toStarter = process.stdout.write.bind(process.stdout);
const answer = (value) => toStarter(`${JSON.stringify(value)}\n`);

let log = "";
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, callback) => {
    log += chunk;
    (typeof encoding === "function" ? encoding : callback)?.();
    return true;
  };
}

const asError = (error) => ({
  errorType: error?.name ?? "Error",
  errorMessage: error?.message ?? String(error),
  trace: String(error?.stack ?? "").split("\n"),
});

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

async function loadHandler() {
  const dot = _HANDLER.lastIndexOf(".");
  const base = join(LAMBDA_TASK_ROOT, _HANDLER.slice(0, dot));
  const file = [".js", ".mjs", ".cjs"].map((ending) => base + ending).find((path) => existsSync(path));
  if (!file) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${_HANDLER.slice(0, dot)}'`);
  const module = file.endsWith(".mjs") ? await import(pathToFileURL(file).href) : createRequire(file)(file);
  const handler = module[_HANDLER.slice(dot + 1)];
  if (typeof handler !== "function") throw named("Runtime.HandlerNotFound", `${_HANDLER} is undefined or not exported`);
  return handler;
}

/** Resolves with the text of the answer, or rejects with what the handler threw or with the timeout. */
async function call(handler, invocation, deadline) {
  const id = invocation["invoke-id"];
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: invocation["invoked-function-arn"],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    callbackWaitsForEmptyEventLoop: true,
  };
  let timer;
  const late = new Promise((_, reject) => {
    const message = `RequestId: ${id} Error: Task timed out after ${AWS_LAMBDA_FUNCTION_TIMEOUT}.00 seconds`;
    timer = setTimeout(() => reject(named("Sandbox.Timedout", message)), deadline - Date.now());
  });
  try {
    return JSON.stringify(
      (await Promise.race([handler(JSON.parse(invocation.payload || "{}"), context), late])) ?? null,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Of this program alone: what the system counts per process begins with the memory of whoever started it. */
function mostMemory() {
  const [, kib = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Math.ceil(Number(kib) / 1024);
}

async function invoke(handler, invocation, initialised) {
  const id = invocation["invoke-id"];
  process.env._X_AMZN_TRACE_ID = invocation["trace-id"];
  const begun = performance.now();
  let ok = true;
  let timedOut = false;
  let payload;
  try {
    payload = await call(handler, invocation, Date.now() + Number(AWS_LAMBDA_FUNCTION_TIMEOUT) * 1000);
  } catch (error) {
    ok = false;
    timedOut = error?.name === "Sandbox.Timedout";
    payload = JSON.stringify(asError(error));
  }
  const took = performance.now() - begun;
  const report = [
    `REPORT RequestId: ${id}`,
    `Duration: ${took.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(took)} ms`,
    `Memory Size: ${AWS_LAMBDA_FUNCTION_MEMORY_SIZE} MB`,
    `Max Memory Used: ${mostMemory()} MB`,
    // Lambda has no figure for the processor's time, which is the same on a busy machine.
    ...(initialised === null
      ? []
      : [`Init Duration: ${initialised.wall.toFixed(2)} ms`, `Init Processor: ${initialised.processor.toFixed(2)} ms`]),
  ];
  const version = process.env.AWS_LAMBDA_FUNCTION_VERSION;
  const body = log === "" || log.endsWith("\n") ? log : `${log}\n`;
  const logs = `START RequestId: ${id} Version: ${version}\n${body}END RequestId: ${id}\n${report.join("\t")}\n`;
  log = "";
  // As on Lambda: what timed out may still be at work, so its process answers nothing more.
  answer({ ok, payload, logs, last: timedOut });
  if (timedOut) process.exit(1);
}

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  answer({ error: asError(error) });
  process.exit(1);
}
// Since the process began: the start of Node.js counts too.
const { user, system } = process.cpuUsage();
let initialised = { wall: performance.now(), processor: (user + system) / 1000 };
answer({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  await invoke(handler, JSON.parse(line), initialised);
  initialised = null;
}
process.exit(0);
