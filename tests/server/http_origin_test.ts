/** Who may change something over HTTP, by the origin of a request and by what it carries to say who sends it. */

import assert from "node:assert/strict";
import { Tokens } from "../../signaling/identity/auth.ts";
import { isError, isRefusedPage } from "../support/guest.ts";
import { SECRET } from "../support/product.ts";
import { served } from "../support/served.ts";

const { product, visitor, named } = served();

Deno.test("a state-changing request: a foreign Origin is 403, and so is a cookie without Origin", async () => {
  const ann = await named("Ann");
  const chatId = await ann.createChat();
  const paths = ["/api/session", "/api/chats", `/api/chats/${chatId}/join`, "/", `/chat/${chatId}`];
  for (const origin of [null, "https://evil.example", "null", product().url + ".evil.example"]) {
    const guest = visitor(origin);
    guest.cookie = ann.cookie;
    for (const path of paths) {
      const isTold = path.startsWith("/api/") ? isError : isRefusedPage;
      isTold(await guest.post(path, { name: "Eve" }), 403, "ACCESS_DENIED");
    }
    if (origin === null) continue;
    isError(await visitor(origin).post("/api/session", { name: "Eve" }), 403, "ACCESS_DENIED");
  }
  assert.equal((await ann.get("/api/session")).json.user.name, "Ann");
  assert.equal(
    (await visitor(null).post("/api/session", { name: "Nat" })).status,
    200,
    "a native client has no Origin",
  );
});

Deno.test("a state-changing request without an Origin to go by: Sec-Fetch-Site tells a stranger from ourselves", async () => {
  const ann = await named("Ann");
  const chatId = await ann.createChat();
  const paths = ["/api/session", "/api/chats", `/api/chats/${chatId}/join`, "/", `/chat/${chatId}`];
  const body = JSON.stringify({ name: "Ann" });
  for (const origin of [null, "null"]) {
    for (const site of ["same-origin", "none", "same-site", "cross-site"]) {
      const guest = visitor(origin);
      guest.cookie = ann.cookie;
      for (const path of paths) {
        const answer = await guest.ask("POST", path, body, { "sec-fetch-site": site });
        const isTold = path.startsWith("/api/") ? isError : isRefusedPage;
        if (site.endsWith("-site")) isTold(answer, 403, "ACCESS_DENIED");
        else assert.notEqual(answer.status, 403, `${path}, Origin ${origin}, Sec-Fetch-Site ${site}`);
      }
    }
  }
});

Deno.test("a good bearer token speaks for its user from any origin, a bad one for nobody", async () => {
  const session = { userId: "nat", name: "Nat", chats: [] };
  for (const origin of [null, "null", "https://another.example"]) {
    for (const [secret, status] of [[SECRET, 201], [SECRET + "!", origin === null ? 401 : 403]] as const) {
      const authorization = `Bearer ${await new Tokens({ session: [secret] }).sign(session)}`;
      const answer = await visitor(origin).ask("POST", "/api/chats", null, { authorization });
      assert.equal(answer.status, status, `Origin ${origin}: ${answer.text}`);
    }
  }
});

Deno.test("a bearer token speaks for its user without cookie or Origin", async () => {
  const authorization = `Bearer ${await new Tokens({ session: [SECRET] }).sign({
    userId: "nat",
    name: "Nat",
    chats: [],
  })}`;
  const guest = visitor(null);
  const { json } = await guest.ask("GET", "/api/session", null, { authorization });
  assert.deepEqual(json.user, { id: "nat", name: "Nat" });
  assert.equal((await guest.ask("POST", "/api/chats", null, { authorization })).status, 201);
});
