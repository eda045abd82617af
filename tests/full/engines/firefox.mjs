// Firefox, driven over WebDriver BiDi: reads one order a line, { method, args }, and answers each with a line.
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const browser = await puppeteer.launch({ browser: "firefox", executablePath: process.argv[2], headless: true });
let page = null;

const ORDERS = {
  version: () => browser.version(),
  async open(address, width, height) {
    await page?.close();
    page = await browser.newPage();
    await page.setViewport({ width, height });
    await page.goto(address);
  },
  run: (script, args) => page.evaluate(`(${script})(...${JSON.stringify(args)})`),
  press: (key) => page.keyboard.press(key),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { method, args } = JSON.parse(line);
  const answer = await ORDERS[method](...args).then(
    (value) => ({ value: value ?? null }),
    (error) => ({ error: String(error?.stack ?? error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
