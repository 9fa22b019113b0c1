// Runs the extension with VS Code's two modules replaced, and speaks to the server that it starts.
"use strict";

const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const Module = require("node:module");

const started = [];
const settings = { "server.path": process.env.BELLWETHER_BINARY, rules: ["rules"], notifiers: "" };
const modules = {
  vscode: {
    workspace: { getConfiguration: () => ({ get: (name, other) => settings[name] ?? other }) },
  },
  "vscode-languageclient/node": {
    LanguageClient: class {
      constructor(id, name, server, client) {
        Object.assign(this, { server, client });
      }
      async start() {
        started.push(this);
      }
      async stop() {
        started.pop();
      }
    },
  },
};
const load = Module._load;
Module._load = (name, ...rest) => modules[name] ?? load(name, ...rest);

async function main() {
  const { activate, deactivate } = require(process.argv[2]);
  await activate();
  const [{ server, client }] = started;
  assert.deepStrictEqual(client.initializationOptions, { rules: ["rules"], notifiers: "" });
  const ask = (id, method, params) => {
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  };
  const exit = '{"jsonrpc":"2.0","method":"exit"}';
  const input =
    ask(1, "initialize", { capabilities: {}, initializationOptions: client.initializationOptions }) +
    ask(2, "shutdown") +
    `Content-Length: ${exit.length}\r\n\r\n${exit}`;
  const result = spawnSync(server.command, server.args, { input, encoding: "utf8" });
  assert.strictEqual(result.status, 0, result.stderr);
  assert.match(result.stdout, /"hoverProvider":true/);
  await deactivate();
  assert.deepStrictEqual(started, []);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
