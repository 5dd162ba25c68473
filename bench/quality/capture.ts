/** What the fake cameras and microphones of the benchmark give: made by ffmpeg and espeak-ng once, and kept for the next run. */

import { isCommand } from "../../tests/support/commands.ts";
import { burn } from "./frame_number.ts";
import { COMPARED, resample } from "./picture.ts";

/** The camera that is looked at. */
export const CAMERA = { width: 1280, height: 720, fps: 30, frames: 360 } as const;

/**
 * A hand-held camera before a wall of fine detail (part of the Mandelbrot set, a little soft, as a lens is), and in front of it somebody who
 * moves another way and within (a test picture): hard, and yet full size at 30 frames a second has room in 2 Mbit/s. It comes full circle
 * where the file begins again.
 */
const SCENE = [
  "mandelbrot=size=1600x900:rate=30:maxiter=300:start_scale=0.5:end_scale=0.49999:end_pts=9000," +
  "loop=loop=-1:size=1,gblur=sigma=1,setpts=N/30/TB,crop=1280:720:160+60*sin(t*2*PI/6):90+30*sin(t*2*PI/4)[far]",
  "testsrc2=size=240x180:rate=30[near]",
  "[far][near]overlay=x=480+300*sin(t*2*PI/6):y=260+100*cos(t*2*PI/4),format=yuv420p",
].join(";");
/** The camera of the other side, which is there so that both send, and costs as little as can be. */
const SMALL_SCENE = "testsrc2=size=320x180:rate=15,format=yuv420p";

const SPEECH = "The quick brown fox jumps over the lazy dog, while seven wizards of the north watch the harbour. " +
  "Please call Stella, and ask her to bring these things from the store: six spoons of fresh snow peas, " +
  "five thick slabs of blue cheese, and maybe a snack for her brother Bob. Did everybody hear that? Good.";

/** Changed with what is made, so that old files are not taken for new ones. */
const VERSION = 2;

/** The files by their paths. */
export interface Capture {
  /** The numbered pictures of the side whose pictures are measured. */
  readonly camera: string;
  readonly smallCamera: string;
  readonly voice: string;
  /** The luma of a numbered picture at the size at which pictures are compared. */
  picture(number: number): Promise<Uint8Array>;
}

/** Makes the files, or finds them made. Throws where a program for it is missing, and says which. */
export async function makeCapture(say: (line: string) => void): Promise<Capture> {
  const missing = ["ffmpeg", "espeak-ng"].filter((name) => !isCommand(name));
  if (missing.length > 0) throw new Error(`not installed, and needed for pictures and speech: ${missing.join(", ")}`);
  const folder = `${Deno.env.get("TMPDIR") ?? "/tmp"}/zvonok-bench-quality-${VERSION}`;
  await Deno.mkdir(folder, { recursive: true });
  const [camera, smallCamera, voice] = ["camera.y4m", "small.y4m", "voice.wav"].map((name) => `${folder}/${name}`) as [
    string,
    string,
    string,
  ];
  await made(camera, (path) => number(path), say);
  await made(smallCamera, (path) => ffmpeg("-f", "lavfi", "-i", SMALL_SCENE, "-frames:v", "150", path), say);
  await made(voice, speak, say);
  return { camera, smallCamera, voice, picture: (number) => source(camera, number) };
}

/** Under another name until it is whole. */
async function made(path: string, make: (path: string) => Promise<void>, say: (line: string) => void): Promise<void> {
  if (await Deno.stat(path).then(() => true, () => false)) return;
  say(`makes ${path}`);
  const unfinished = path.replace(/(\.\w+)$/, ".part$1");
  await make(unfinished);
  await Deno.rename(unfinished, path);
}

const { width: WIDTH, height: HEIGHT } = CAMERA;
const LUMA_BYTES = WIDTH * HEIGHT;
const FRAME_BYTES = LUMA_BYTES * 3 / 2;
const HEADER = new TextEncoder().encode(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${CAMERA.fps}:1 Ip A1:1 C420jpeg\n`);
const FRAME_HEADER = new TextEncoder().encode("FRAME\n");

/** The scene, with a number burnt into each frame. */
async function number(path: string): Promise<void> {
  const child = new Deno.Command("ffmpeg", {
    args: ["-v", "error", "-f", "lavfi", "-i", SCENE, "-frames:v", `${CAMERA.frames}`, "-f", "rawvideo", "-"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const writer = file.writable.getWriter();
  await writer.write(HEADER);
  const frame = new Uint8Array(FRAME_BYTES);
  let [filled, count] = [0, 0];
  for await (const chunk of child.stdout) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + FRAME_BYTES - filled);
      frame.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < FRAME_BYTES) continue;
      burn(frame.subarray(0, LUMA_BYTES), WIDTH, HEIGHT, count++);
      await writer.write(FRAME_HEADER);
      await writer.write(frame);
      filled = 0;
    }
  }
  if (!(await child.status).success || count !== CAMERA.frames) throw new Error("ffmpeg made no pictures");
}

async function source(path: string, number: number): Promise<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(
    HEADER.length + number * (FRAME_HEADER.length + FRAME_BYTES) + FRAME_HEADER.length,
    Deno.SeekMode.Start,
  );
  const luma = new Uint8Array(LUMA_BYTES);
  for (let filled = 0; filled < LUMA_BYTES;) {
    const read = await file.read(luma.subarray(filled));
    if (read === null) throw new Error(`no picture ${number}`);
    filled += read;
  }
  return resample(luma, WIDTH, HEIGHT, WIDTH, COMPARED.width, COMPARED.height);
}

async function speak(path: string): Promise<void> {
  const spoken = `${path}.spoken.wav`;
  await run("espeak-ng", "-v", "en", "-s", "165", "-w", spoken, SPEECH);
  await ffmpeg("-i", spoken, "-af", "volume=0.8", "-ar", "48000", "-ac", "1", path);
  await Deno.remove(spoken);
}

async function ffmpeg(...args: string[]): Promise<void> {
  await run("ffmpeg", "-v", "error", "-y", ...args);
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr).trim()}`);
}
