import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { credential } from "../../src/api/credential.ts";
import { buildApi, entrance, listen } from "../../src/api/server.ts";
import { parseConfig } from "../../src/config/load.ts";
import { describeWith } from "../engines.ts";
import { FakeDevice, person, picture } from "./fake-device.ts";

const key = credential("t".repeat(43));

describeWith("Chromium", "the live page", () => {
  let browser: Browser;
  let page: Page;
  let device: FakeDevice;
  let app: ReturnType<typeof buildApi>;
  let url: string;
  let faults: string[];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    device = new FakeDevice();
    device.shown = await picture(1, 30);
    app = buildApi({
      device,
      credential: key,
      config: parseConfig('cameras: [{name: press-line, url: "rtsp://h/1"}]', "test"),
    });
    url = await listen(app, { host: "127.0.0.1", port: 0 });
    page = await browser.newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content.Security.Policy/i.test(message.text())) faults.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    await app.close();
    expect(faults).toEqual([]);
  });

  const sees = (text: string) => page.getByText(text, { exact: true }).first().waitFor();

  it("opens with the printed address and forgets the token in it", async () => {
    await page.goto(entrance(url, key));
    await sees("ARMED");
    await sees("RUNNING");
    expect(page.url()).toBe(`${url}/`);
    expect(await page.evaluate("document.cookie")).toBe("");
  });

  it("asks for the token without one, refuses a wrong one and opens with the right one", async () => {
    await page.goto(url);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("The credential is wrong").waitFor();
    await page.getByLabel("Token").fill(key.token);
    await page.getByRole("button", { name: "Open" }).click();
    await sees("ARMED");
  });

  it("turns to the alarm, says why and how fast, takes notice and resets once it may", async () => {
    await page.goto(entrance(url, key));
    await sees("RUNNING");
    device.fall("track 7 still lies in press; help the person up, then reset");
    await page.getByRole("heading", { name: "Person has fallen" }).waitFor();
    await sees("conveyor-1 is stopped");
    await sees("STOPPED");
    await sees("Why: still lying 1.1 s after the fall; 11 of 12 frames voted");
    await sees("stop-conveyor confirmed");
    // 39.8 ms to the decision, 4.2 ms more to the read-back.
    await sees("44 ms");
    expect(await page.title()).toBe("ALARM · Spotter");

    await page.getByRole("button", { name: "Acknowledge" }).click();
    await sees("Write your name first: it is kept with the alarm.");
    await page.getByLabel("Name").fill("Ada");
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("acknowledged by Ada").waitFor();

    await page.getByRole("button", { name: "Reset" }).click();
    await sees("Track 7 still lies in press; help the person up, then reset.");

    (device.current.alarms[0] as { resetRefused: string | null }).resetRefused = null;
    device.tell({ kind: "status" });
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByRole("heading", { name: "Person has fallen" }).waitFor({ state: "detached" });
    await page.getByText("reset, 4 steps").waitFor();
    expect(device.calls).toEqual(["acknowledge r1-7 by Ada", "reset r1-7 by Ada", "reset r1-7 by Ada"]);
  });

  it("can be worked with the keyboard alone", async () => {
    await page.goto(entrance(url, key));
    device.fall();
    await page.getByRole("heading", { name: "Person has fallen" }).waitFor();
    const focused = () => page.evaluate("document.activeElement.textContent || document.activeElement.placeholder");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Your name");
    await page.keyboard.type("Ada");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Acknowledge");
    await page.keyboard.press("Enter");
    await page.getByText("acknowledged by Ada").waitFor();
  });

  it("draws who is seen over the picture", async () => {
    await page.goto(entrance(url, key));
    await sees("ARMED");
    const reds = () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] > 220 && data[i + 1] < 120 && data[i + 2] < 120) count += 1;
        return count;
      })()`);
    expect(await reds()).toBe(0);
    const judged = setInterval(
      () =>
        device.tell({
          kind: "people",
          camera: "press-line",
          people: [person(7, 0.3, true)],
          capturedAt: 0,
          decisionMs: 40,
        }),
      50,
    );
    try {
      await expect.poll(reds, { timeout: 20_000 }).toBeGreaterThan(300);
    } finally {
      clearInterval(judged);
    }
  });

  it("greys the picture and says its age when the camera stalls", async () => {
    await page.goto(entrance(url, key));
    await page.locator(".camera:not(.stale) .badge[hidden]").waitFor({ state: "attached" });
    device.shown = await picture(2, 5000);
    const camera = device.current.cameras[0] as { state: string; reason: string };
    [camera.state, camera.reason] = ["blind", "no picture for 5 s; check its cable and power"];
    Object.assign(device.current, { state: "blind", reason: "press-line: no picture for 5 s" });
    device.tell({ kind: "status" });
    await sees("BLIND");
    await page.locator(".camera.stale").waitFor();
    await page.getByText(/Picture is \d+ s old/).waitFor();
  });

  it("never says ARMED when it does not hear the device any more", async () => {
    await page.goto(entrance(url, key));
    await sees("ARMED");
    await app.close();
    await sees("NO CONNECTION");
    expect(await page.getByText("ARMED", { exact: true }).count()).toBe(0);
    expect(await page.title()).toBe("NO CONNECTION · Spotter");
  });

  it("switches a zone off", async () => {
    await page.goto(entrance(url, key));
    await page.getByRole("switch", { name: "press" }).click();
    await sees("switched off");
    expect(device.calls).toEqual(["zone press-line/press false"]);
  });
});
