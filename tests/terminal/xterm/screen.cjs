// xterm.js without a browser. Usage: node screen.cjs COLUMNS ROWS
// Each line of standard input is what a program wrote, in base64; each line of output is the screen after it, in JSON.
const { Terminal } = require("@xterm/headless");
const { createInterface } = require("node:readline");

const [cols, rows] = process.argv.slice(2).map(Number);
const terminal = new Terminal({ cols, rows, allowProposedApi: true });

createInterface({ input: process.stdin }).on("line", (line) => {
  terminal.write(Buffer.from(line, "base64"), () => {
    const buffer = terminal.buffer.active;
    const lines = Array.from({ length: rows }, (_, row) => buffer.getLine(buffer.baseY + row).translateToString(true));
    const cursor = [buffer.cursorX, buffer.cursorY];
    const under = buffer.getLine(buffer.baseY + cursor[1]).getCell(cursor[0]).getChars().trim();
    const screen = { lines, cursor, under, alternate: buffer.type === "alternate" };
    process.stdout.write(JSON.stringify(screen) + "\n");
  });
});
