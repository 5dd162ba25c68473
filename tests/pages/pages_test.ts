/** Pages over HTTP: to whom which is shown, in which language, and with which headers. */

import assert from "node:assert/strict";
import { type Answer, Guest, isError, isRefusedPage } from "../support/guest.ts";
import { startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";
import { faceless } from "../support/seats.ts";
import { served } from "../support/served.ts";

const { visitor, named } = served();

Deno.test("a path with a malformed escape: 400 with a code, a page for people", async () => {
  for (const path of ["/chat/%ff", "/chat/%", "/%c0%af"]) {
    isRefusedPage(await visitor().get(path), 400, "INVALID_MESSAGE");
    isRefusedPage(await visitor().get(path, { "accept-language": "ru" }), 400, "INVALID_MESSAGE", "ru");
  }
  isError(await visitor().get("/api/chats/%ff/join"), 400, "INVALID_MESSAGE");
});

Deno.test("[R1] ids that no chat can have are answered like those of unknown chats, by every page", async () => {
  const unknown = "A".repeat(22);
  for (const ann of [visitor(), await named("Ann")]) {
    for (const action of ["", "/device", "/free", "/leave"]) {
      for (const method of ["GET", "POST"] as const) {
        // A visitor without a session needs a pass first, which comes with the form.
        await ann.get(`/chat/${unknown}`);
        const expected = await ann.ask(method, `/chat/${unknown}${action}`, method === "GET" ? null : new FormData());
        for (const id of ["%D1%84", "%0a", "%0d%0aset-cookie:a=b", "%2F..%2Fx", "%20", "a%2525", "x".repeat(200)]) {
          const answer = await ann.ask(method, `/chat/${id}${action}`, method === "GET" ? null : new FormData());
          const what = `${method} ${id}${action}`;
          assert.equal(answer.status, expected.status, what);
          const [location, theirs] = [answer, expected].map(({ headers }) => headers.get("location") ?? "");
          assert.equal(location!.replace(/^\/chat\/[\w.~%-]+$/, `/chat/${unknown}`), theirs, what);
          assert.equal(answer.headers.get("content-type"), expected.headers.get("content-type"), what);
        }
      }
    }
  }
});

Deno.test("people are refused with a page in their language, programs with JSON, whatever the reason", async () => {
  const [ann, stranger] = [await named("Ann"), visitor("https://evil.example")];
  const chatId = await ann.createChat();
  const ru = { "accept-language": "ru" };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const large = new URLSearchParams({ name: "x".repeat(17_000) });
  for (const path of ["/", `/chat/${chatId}`]) {
    isRefusedPage(await stranger.ask("POST", path, "name=Eve", { ...form, ...ru }), 403, "ACCESS_DENIED", "ru");
    isRefusedPage(await ann.ask("POST", path, large, ru), 413, "TOO_LARGE", "ru");
    isRefusedPage(await ann.ask("POST", path, large), 413, "TOO_LARGE");
  }
  isRefusedPage(await visitor().submit("/enter", { token: "x", chat: "y" }), 403, "ACCESS_DENIED");
  isRefusedPage(await visitor().submit("/enter", {}), 403, "ACCESS_DENIED");
  isRefusedPage(await visitor().get("/enter", ru), 405, "INVALID_MESSAGE", "ru");
  for (const [method, path] of [["POST", "/styles.css"], ["DELETE", "/"], ["PUT", `/chat/${chatId}`]] as const) {
    const { status, headers, text } = await ann.ask(method, path, "x", ru);
    assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`);
    assert.match(headers.get("content-type")!, /^text\/html/, path);
    assert.match(text, /<html lang="ru"/, path);
  }
  for (const path of ["/api/session", "/api/chats", "/api"]) {
    const { status, headers } = await stranger.post(path, { name: "Eve" });
    assert.equal(status, 403);
    assert.match(headers.get("content-type")!, /^application\/json/, path);
  }
  const head = await ann.ask("HEAD", "/chat/%ff", null, ru);
  assert.deepEqual([head.status, head.text], [400, ""]);
  assert.match(head.headers.get("content-type")!, /^text\/html/);
});

Deno.test("a page of refusal leads back to where one was, also in the other language, and ships no script", async () => {
  const ann = await named("Ann");
  const chatId = await ann.createChat();
  const { text } = await visitor("https://evil.example").submit(`/chat/${chatId}?a=<b>`, { name: "Eve" });
  assert.match(text, new RegExp(`<a class="button accent" href="/chat/${chatId}"( [^>]*)?>`));
  assert.match(text, new RegExp(`href="/chat/${chatId}\\?lang=ru"`));
  assert.doesNotMatch(text, /<script/i);
  const broken = await visitor().get("/chat/%ff%22%3E%3Cscript%3E");
  assert.match(broken.text, /href="\/\?lang=ru"/);
  assert.doesNotMatch(broken.text, /<script/i);
});

Deno.test("too many requests from an address: a page that says how long to wait, with Retry-After", async () => {
  await using small = await startProduct({ TRUST_PROXY: "1" });
  const from = { "x-forwarded-for": "192.0.2.77" };
  const guest = new Guest(small.url);
  const post = (path: string, more = {}) => guest.ask("POST", path, "{}", { ...from, ...more });
  for (let n = 0; n < 600; n += 50) await Promise.all(Array.from({ length: 50 }, () => post("/api/nothing")));
  // Ten a second are given back: what was refused a moment ago may be let in.
  const refused = (path: string, more = {}) =>
    until(`${path} is refused`, async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(path, more)));
      return answers.find(({ status }) => status === 429);
    });
  const page = await refused("/", { "accept-language": "ru" });
  isRefusedPage(page, 429, "RATE_LIMITED", "ru");
  const seconds = page.headers.get("retry-after")!;
  assert.match(seconds, /^[1-9]\d*$/);
  assert.ok(page.text.includes(`${seconds} с `), "the page names the same time as the header");
  isError(await refused("/api/session"), 429, "RATE_LIMITED");
});

Deno.test("GET /chat/:id never joins, and shows strangers the same page whatever the id", async () => {
  const [ann, bob] = [await named("Ann"), await named("Bob")];
  const [open, full] = [await ann.createChat(), await ann.createChat()];
  await bob.post(`/api/chats/${full}/join`);
  const unknown = "A".repeat(22);
  for (const stranger of [visitor(), await named("Eve")]) {
    const pages = [];
    for (const id of [open, full, unknown]) {
      for (let n = 0; n < 3; n++) assert.equal((await stranger.get(`/chat/${id}`)).status, 200);
      pages.push(faceless(await stranger.get(`/chat/${id}`), id));
    }
    assert.equal(pages[0], pages[1]);
    assert.equal(pages[0], pages[2]);
    assert.match(pages[0]!, /<form[^>]*method="post"/);
  }
  const [refused, missing] = [
    await visitor().join(`/chat/${full}`, "Eve"),
    await visitor().join(`/chat/${unknown}`, "Eve"),
  ];
  assert.deepEqual([refused.status, missing.status], [403, 403]);
  assert.equal(faceless(refused, full), faceless(missing, unknown));
  assert.equal(
    (await (await named("Cat")).post(`/api/chats/${open}/join`)).status,
    200,
    "the seat was still free",
  );
});

Deno.test("the forms: the lobby makes a chat, the join form takes a seat, and a member sees the call page", async () => {
  const ann = visitor();
  const made = await ann.join("/", "Ann");
  assert.equal(made.status, 303);
  const path = made.headers.get("location")!;
  const bob = visitor();
  assert.equal((await bob.submit(path, {})).status, 400, "no name and no session");
  assert.equal((await bob.submit(path, { name: "m".repeat(10_000) })).status, 400);
  const joined = await bob.join(path, "Bob");
  assert.deepEqual([joined.status, joined.headers.get("location")], [303, path]);
  for (const member of [ann, bob]) {
    const { status, text } = await member.get(path);
    assert.equal(status, 200);
    assert.match(text, /<script/);
    assert.match(text, /Bob/);
  }
});

Deno.test("the lobby of who has no chat, and the join form, ship no script", async () => {
  const ann = await named("Ann");
  for (const guest of [visitor(), ann]) assert.doesNotMatch((await guest.get("/")).text, /<script/i);
  const chatId = await ann.createChat();
  for (const guest of [visitor(), await named("Bob")]) {
    assert.doesNotMatch((await guest.get(`/chat/${chatId}`)).text, /<script/i);
  }
});

Deno.test("a name is text on every page, never markup", async () => {
  const name = `</script><script>alert("1&2'")</script>`;
  const [ann, bob] = [await named(name), await named("Bob")];
  const chatId = await ann.createChat();
  await bob.post(`/api/chats/${chatId}/join`);
  for (const guest of [ann, bob]) {
    for (const path of ["/", `/chat/${chatId}`]) {
      const { text } = await guest.get(path);
      assert.match(text, /alert/, path);
      assert.doesNotMatch(text, /<\/script><script>/i, path);
      // Inside the page's own script the name is a string, and ends nothing.
      assert.doesNotMatch(text.replace(/<script type="module".*?<\/script>/s, ""), /<script>alert/i, path);
    }
  }
  const invited = await ann.get(`/chat/${"A".repeat(22)}`);
  assert.match(invited.text, /&lt;script>alert|&lt;script&gt;alert/);
});

Deno.test("a right-to-left name is isolated in titles and sentences, an element of its own in lists; others stay as they are", async () => {
  const [sara, ann, dan] = [await named("שרה 1"), await named("Ann"), await named("Dan")];
  const [hers, his] = [await sara.createChat(), await dan.createChat()];
  await ann.post(`/api/chats/${hers}/join`);
  await ann.post(`/api/chats/${his}/join`);
  const page = (await ann.get(`/chat/${hers}`)).text;
  for (const tag of ["title", "h1"]) assert.match(page, new RegExp(`<${tag}>Chat with \u2068שרה 1\u2069</${tag}>`));
  for (const { text } of [await ann.get("/"), await ann.get(`/chat/${hers}`)]) {
    assert.match(text, /<bdi class="person-name">שרה 1<\/bdi>/);
  }
  const invited = (await sara.get(`/chat/${"A".repeat(22)}`, { "accept-language": "ru" })).text;
  assert.match(invited, /\u2068שרה 1\u2069/);
  assert.match((await ann.get(`/chat/${his}`)).text, /<h1>Chat with Dan<\/h1>/);
});

Deno.test("security headers on pages, endpoints, redirects and errors", async () => {
  const ann = await named("Ann");
  const chatId = await ann.createChat();
  const answers: Record<string, Answer> = {
    "lobby": await ann.get("/"),
    "call page": await ann.get(`/chat/${chatId}`),
    "join form": await visitor().get(`/chat/${chatId}`),
    "endpoint": await ann.get("/api/session"),
    "endpoint, POST": await ann.post("/api/chats"),
    "healthz": await ann.get("/healthz"),
    "static file": await ann.get("/favicon.svg"),
    "redirect": await ann.get("/?lang=ru"),
    "401": await visitor().get("/api/session"),
    "403": await visitor("https://evil.example").post("/api/session", { name: "Eve" }),
    "404": await ann.get("/nothing"),
    "405": await ann.ask("DELETE", "/api/session", "x"),
    "400": await ann.get("/chat/%ff"),
    "413": await ann.post("/", { pad: "x".repeat(17_000) }),
  };
  const problems: string[] = [];
  for (const [name, { headers }] of Object.entries(answers)) {
    const policy = headers.get("content-security-policy") ?? "";
    const scripts = policy.split(";").map((part) => part.trim()).find((part) => /^script-src /.test(part)) ??
      policy.split(";").find((part) => part.startsWith("default-src")) ?? "missing 'unsafe-inline'";
    if (/'unsafe-(inline|eval)'|\*/.test(scripts)) problems.push(`${name}: ${scripts}`);
    if (!/frame-ancestors 'none'/.test(policy)) problems.push(`${name}: may be framed`);
    if (headers.get("x-content-type-options") !== "nosniff") problems.push(`${name}: may be sniffed`);
    if (!/camera=\(self\), microphone=\(self\)/.test(headers.get("permissions-policy") ?? "")) {
      problems.push(`${name}: permissions`);
    }
    if (!/^(same-origin|no-referrer)$/.test(headers.get("referrer-policy") ?? "")) problems.push(`${name}: referrer`);
  }
  assert.deepEqual(problems, []);
});

Deno.test("the language: by Accept-Language, or chosen by ?lang= and remembered", async () => {
  const guest = visitor();
  const lang = ({ text }: Answer) => /<html lang="(\w+)"/.exec(text)?.[1];
  assert.equal(lang(await guest.get("/", { "accept-language": "ru-RU,ru;q=0.9,en;q=0.5" })), "ru");
  assert.equal(lang(await guest.get("/", { "accept-language": "de" })), "en");
  assert.equal(lang(await guest.get("/nothing", { "accept-language": "ru" })), "ru");
  const chosen = await guest.get("/chat/x?lang=ru&a=1");
  assert.deepEqual([chosen.status, chosen.headers.get("location")], [303, "/chat/x?a=1"]);
  guest.cookie = chosen.headers.getSetCookie()[0]!.split(";")[0]!;
  assert.equal(lang(await guest.get("/", { "accept-language": "en" })), "ru");
  assert.equal((await guest.get("//evil.example/?lang=en")).headers.get("location")?.startsWith("//") ?? false, false);
  assert.equal((await guest.get("/?lang=marker")).status, 200);
});
