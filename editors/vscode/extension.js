// Starts `bellwether language-server` for *.rules files; everything else is the server's.
"use strict";

const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function activate() {
  const settings = workspace.getConfiguration("bellwether");
  const server = { command: settings.get("server.path", "bellwether"), args: ["language-server"] };
  client = new LanguageClient("bellwether", "Bellwether rules", server, {
    documentSelector: [{ language: "bellwether" }],
    initializationOptions: {
      rules: settings.get("rules", []),
      notifiers: settings.get("notifiers", ""),
    },
    // A change of these settings reaches the server without a restart.
    synchronize: { configurationSection: "bellwether" },
  });
  await client.start();
}

async function deactivate() {
  if (client) await client.stop();
}

module.exports = { activate, deactivate };
