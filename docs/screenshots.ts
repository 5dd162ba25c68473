/** Makes the pictures of the documentation from the running product: `deno task screenshots`. */

import type { Browser } from "../tests/support/packages.ts";
import { launch } from "../tests/support/chromium.ts";
import { Person } from "../tests/support/person.ts";
import { meet } from "../tests/support/scene.ts";
import { build, startProduct } from "../tests/support/product.ts";

const HERE = new URL("./", import.meta.url).pathname;
const [WIDTH, HEIGHT] = [1280, 720];

/** Somebody's looks, and the light they sit in. */
interface Look {
  readonly wall: [string, string];
  readonly skin: string;
  readonly hair: string;
  readonly shirt: string;
  readonly long: boolean;
}

const ADA: Look = { wall: ["#f0c9a0", "#b9705a"], skin: "#f1c7a6", hair: "#3a2420", shirt: "#2f5d62", long: true };
const BORIS: Look = { wall: ["#9db7c4", "#3f5a6c"], skin: "#e3b08b", hair: "#5b4632", shirt: "#8a3b46", long: false };

await build();
const videos = await Deno.makeTempDir();
await using product = await startProduct();
const [adasVideo, borisVideo] = await drawVideos();
await using adasBrowser = await launch("grant", `--use-file-for-fake-video-capture=${adasVideo}`);
await using borisBrowser = await launch("grant", `--use-file-for-fake-video-capture=${borisVideo}`);
await using ada = await Person.enter(adasBrowser);
await using boris = await Person.enter(borisBrowser);

await ada.page.setViewport({ width: 1280, height: 800 });
await boris.page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
await ada.page.goto(product.url);
await ada.page.screenshot({ path: `${HERE}lobby.png` });
await meet(product.url, ada, boris);
await ada.click("Video call");
await boris.sees("button", "Accept");
await boris.page.screenshot({ path: `${HERE}incoming.png` });
await boris.click("Accept");
await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
// The encoder starts low: give it time for a sharp picture.
await new Promise((resolve) => setTimeout(resolve, 8_000));
await ada.page.mouse.move(600, 500);
await ada.page.mouse.move(620, 520);
await new Promise((resolve) => setTimeout(resolve, 700));
await ada.page.screenshot({ path: `${HERE}call.png` });
await Deno.remove(videos, { recursive: true });

async function drawVideos(): Promise<string[]> {
  await using browser = await launch();
  const paths = [];
  for (const [name, look] of [["ada", ADA], ["boris", BORIS]] as const) {
    const path = `${videos}/${name}.y4m`;
    await Deno.writeFile(path, y4m(await draw(browser, look)));
    paths.push(path);
  }
  return paths;
}

/** A portrait, as RGBA pixels. */
async function draw(browser: Browser, look: Look): Promise<Uint8Array> {
  const page = await browser.newPage();
  const base64 = await page.evaluate(
    ({ wall, skin, hair, shirt, long }, width, height) => {
      const context = new OffscreenCanvas(width, height).getContext("2d")!;
      const shape = (color: string, path: (context: OffscreenCanvasRenderingContext2D) => void) => {
        context.fillStyle = color;
        context.beginPath();
        path(context);
        context.fill();
      };
      const light = context.createLinearGradient(0, 0, width, height);
      light.addColorStop(0, wall[0]);
      light.addColorStop(1, wall[1]);
      context.fillStyle = light;
      context.fillRect(0, 0, width, height);
      const x = width / 2;
      shape("rgb(255 255 255 / 0.14)", (c) => c.roundRect(80, 70, 300, 260, 12));
      if (long) shape(hair, (c) => c.roundRect(x - 165, 130, 330, 420, 150));
      shape(shirt, (c) => c.roundRect(x - 290, 530, 580, 400, 180));
      shape(skin, (c) => c.roundRect(x - 55, 420, 110, 160, 50));
      shape(hair, (c) => c.ellipse(x, 305, 146, 165, 0, Math.PI, 0));
      shape(skin, (c) => c.ellipse(x, 325, 128, 160, 0, 0, Math.PI * 2));
      shape(hair, (c) => c.ellipse(x, 262, 122, 78, 0, Math.PI, 0));
      for (const side of [-1, 1]) shape("#2b2035", (c) => c.ellipse(x + side * 48, 315, 11, 14, 0, 0, Math.PI * 2));
      context.strokeStyle = "#7a3b34";
      context.lineWidth = 8;
      context.lineCap = "round";
      context.beginPath();
      context.arc(x, 365, 48, 0.25 * Math.PI, 0.75 * Math.PI);
      context.stroke();
      return new Uint8Array(context.getImageData(0, 0, width, height).data.buffer).toBase64();
    },
    look,
    WIDTH,
    HEIGHT,
  );
  return Uint8Array.fromBase64(base64);
}

/** One picture as a short YUV4MPEG2 film (BT.601, limited range, 4:2:0). */
function y4m(rgba: Uint8Array): Uint8Array {
  const luma = new Uint8Array(WIDTH * HEIGHT);
  const [u, v] = [new Uint8Array(luma.length / 4), new Uint8Array(luma.length / 4)];
  for (let i = 0; i < luma.length; i++) {
    const [r, g, b] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!];
    luma[i] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    if (x % 2 || y % 2) continue;
    const chroma = (y / 2) * (WIDTH / 2) + x / 2;
    u[chroma] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
    v[chroma] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
  }
  const text = new TextEncoder();
  const frame = [text.encode("FRAME\n"), luma, u, v];
  const parts = [text.encode(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F30:1 Ip A1:1 C420jpeg\n`), ...frame, ...frame];
  const film = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    film.set(part, at);
    at += part.length;
  }
  return film;
}
