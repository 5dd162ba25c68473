/**
 * A chat product with calls in it, in a few lines of plain Node or Deno. It knows its users and their chats; Zvonok believes
 * the tokens it signs. Run Zvonok with the same `JWT_SECRET`, `GUESTS=off` and this server's origin in `ALLOWED_ORIGINS`:
 *
 *     JWT_SECRET=… ZVONOK_URL=http://localhost:8000 deno run --allow-net --allow-env examples/host-app/server.ts
 */

import { createServer } from "node:http";
import { createHmac } from "node:crypto";
import { Buffer } from "node:buffer";
import process from "node:process";

const { JWT_SECRET, ZVONOK_URL = "http://localhost:8000", PORT = "3000", TOKEN_SECONDS = "3600" } = process.env;

if (!JWT_SECRET) throw new Error("JWT_SECRET is not set: give it the value Zvonok has");
const secret = JWT_SECRET;

/** Who is in which chat: in a real product, a database. */
const USERS: Record<string, { name: string; chats: string[] }> = {
  ada: { name: "Ada", chats: ["project-x"] },
  boris: { name: "Boris", chats: ["project-x"] },
};

/**
 * A JWT (RFC 7519) that says who somebody is, and which chats they are in, for an hour. Any JWT library does the same. `iat`: what the newest
 * token says of somebody's chats is what counts.
 */
function token(userId: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sub: userId, ...USERS[userId], iat, exp: iat + Number(TOKEN_SECONDS) };
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

const ZVONOK = new URL(ZVONOK_URL).origin;

/** What the call page in the frame may use, by name: a frame that a form fills has no `src` to go by. */
const FEATURES =
  "camera microphone display-capture fullscreen autoplay clipboard-write screen-wake-lock speaker-selection";
const ALLOW = FEATURES.split(" ").map((feature) => `${feature} ${ZVONOK}`).join("; ");

/**
 * The chat page: the call page is in a frame, and gets the token by a form, so that it appears in no address. Before a token expires the
 * call page asks for a new one (`zvonok:token-wanted`): it is fetched, and given to that frame and origin only.
 */
function page(userId: string): string {
  return `<!doctype html><meta charset="utf-8"><title>Chat</title>
<h1>project-x</h1>
<iframe name="call" title="Call" allow="${ALLOW}" width="100%" height="640"></iframe>
<form id="enter" method="post" action="${ZVONOK_URL}/enter" target="call">
  <input type="hidden" name="chat" value="project-x"><input type="hidden" name="token" value="${token(userId)}">
</form>
<script>
  document.getElementById("enter").submit();
  addEventListener("message", async ({ source, origin, data }) => {
    if (origin !== "${ZVONOK}" || data?.type !== "zvonok:token-wanted") return;
    const answer = await fetch("/token" + location.search, { method: "POST" });
    if (answer.ok) source.postMessage({ type: "zvonok:token", token: await answer.text() }, origin);
  });
</script>`;
}

const server = createServer((request, response) => {
  // The signed-in user: in a real product, by its own session.
  const { pathname, searchParams } = new URL(request.url!, "http://host");
  const user = searchParams.get("user") ?? "";
  const known = Object.hasOwn(USERS, user);
  const isRenewal = request.method === "POST" && pathname === "/token";
  response.writeHead(known ? 200 : 404, {
    "content-type": `text/${isRenewal ? "plain" : "html"}; charset=utf-8`,
    "cache-control": "no-store",
  });
  response.end(!known ? "Who are you? Try /?user=ada" : isRenewal ? token(user) : page(user));
});
server.listen(Number(PORT), "localhost", () => {
  const { port } = server.address() as { port: number };
  console.log(
    `The host application is ready: http://localhost:${port}/?user=ada and http://localhost:${port}/?user=boris`,
  );
});
