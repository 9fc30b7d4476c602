#!/usr/bin/env node
// Starts the binary that npm installed for this platform, and ends as it ends.
"use strict";

const { spawnSync } = require("node:child_process");

const name = `@portlint/cli-${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "portlint.exe" : "portlint";

let binary;
try {
  binary = require.resolve(`${name}/${file}`);
} catch {
  console.error(`portlint: the package ${name} is not installed: either there is no binary for this platform, or optional`);
  console.error("dependencies were left out; `npm install --include=optional portlint` brings them");
  process.exit(2);
}

const { status, signal, error } = spawnSync(binary, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`portlint: ${binary} cannot be run: ${error.message}`);
  process.exit(2);
}
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 2);
