/** Push over HTTP: who is told, where a subscription may lead, what a service worker may ask and do, and what is forgotten. */

import assert from "node:assert/strict";
import { CALL, CHAT, Device, offer } from "../support/device.ts";
import { Guest, isError } from "../support/guest.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { PushService } from "../support/push_service.ts";
import { browserKeys, tokenOf, vapid, visitor } from "../support/push_scene.ts";
import { until } from "../support/until.ts";

const OTHER_CALL = "other-0123456789abcdef";
const callPath = (callId = CALL) => `/api/chats/${CHAT}/calls/${callId}`;

/** A product and a push service, with Ada at a device and Boris at a browser that is subscribed; his page is closed. */
function scene(name: string, test: (scene: Scene) => Promise<void>, env: Record<string, string> = {}): void {
  Deno.test(`push over HTTP: ${name}`, async () => {
    await build();
    await using service = await PushService.start();
    await using product = await startProduct({ ...service.environment, ...await vapid(), ...env });
    using ada = await Device.open(product, "Ada");
    const boris = await visitor(product.url, "Boris");
    const subscription = { endpoint: service.endpoint(), keys: await browserKeys() };
    assert.equal((await boris.post("/api/push", subscription)).status, 200);
    await test({ service, product, ada, boris, subscription });
  });
}

interface Scene {
  readonly service: PushService;
  readonly product: Product;
  readonly ada: Device;
  readonly boris: Guest;
  readonly subscription: { readonly endpoint: string; readonly keys: { p256dh: string; auth: string } };
}

const refusal = (ada: Device, callId = CALL) =>
  until("an error", () => Promise.resolve(ada.of("call:error").find((error) => error.callId === callId)?.code));

Deno.test("push over HTTP: without VAPID keys there is nothing of it", async () => {
  await build();
  await using product = await startProduct();
  const boris = await visitor(product.url, "Boris");
  const subscription = { endpoint: "https://push.example.com/x", keys: await browserKeys() };
  isError(await boris.post("/api/push", subscription), 404, "INVALID_MESSAGE");
  assert.doesNotMatch((await boris.get(`/chat/${CHAT}`)).text, /push-key/);
  using ada = await Device.open(product, "Ada");
  ada.say({ type: "call:initiate", offer });
  assert.equal(await refusal(ada), "USER_OFFLINE");
});

scene("a subscription is somebody's, and leads to a push service", async ({ service, product, boris }) => {
  const keys = await browserKeys();
  const endpoint = service.endpoint();
  isError(await new Guest(product.url).post("/api/push", { endpoint, keys }), 401, "ACCESS_DENIED");
  const stranger = await visitor(product.url, "Boris", "https://evil.example");
  isError(await stranger.post("/api/push", { endpoint, keys }), 403, "ACCESS_DENIED");
  const point = `B${"A".repeat(86)}`;
  for (
    const wrong of [
      { endpoint: "https://127.0.0.1:9/x", keys },
      { endpoint: endpoint.replace("https", "http"), keys },
      { endpoint: `${endpoint}?${"x".repeat(2048)}`, keys },
      { endpoint, keys: { ...keys, p256dh: point } },
      { endpoint, keys: { ...keys, auth: "short" } },
      { endpoint, keys, more: 1 },
      { endpoint },
    ]
  ) isError(await boris.post("/api/push", wrong), 400, "INVALID_MESSAGE");
  assert.match((await boris.get(`/chat/${CHAT}`)).text, /<meta name="push-key" content="B[\w-]{86}"/);
});

scene("[R21] where a call stands is told to the one who is called, in their language", async (scene) => {
  const { service, product, ada, boris } = scene;
  ada.say({ type: "call:initiate", media: "audio", offer });
  await service.has(1);
  const { json } = await boris.get(callPath());
  assert.ok(json.expiresInMs > 20_000 && json.expiresInMs <= 30_000, `${json.expiresInMs}`);
  delete json.expiresInMs;
  const words = { title: "Ada is calling", body: "Ada is calling you", accept: "Accept", decline: "Decline" };
  assert.deepEqual(json, { state: "ringing", isRung: false, ...words });
  const russian = await boris.get(callPath(), { "accept-language": "ru" });
  assert.equal(russian.json.title, "Ada звонит");
  assert.deepEqual((await boris.get(callPath(OTHER_CALL))).json, { state: "over" });
  assert.deepEqual((await (await visitor(product.url, "Ada")).get(callPath())).json, { state: "over" });
  const stranger = new Guest(product.url);
  isError(await stranger.get(callPath()), 401, "ACCESS_DENIED");
  stranger.cookie = `zvonok_session=${await tokenOf("Eve", [])}`;
  isError(await stranger.get(callPath()), 403, "ACCESS_DENIED");
  isError(await stranger.post(`${callPath()}/decline`), 403, "ACCESS_DENIED");
  ada.say({ type: "call:end" });
  await service.has(2);
  assert.deepEqual((await boris.get(callPath())).json, { state: "missed", title: "Missed call from Ada" });
});

scene("[R8, R21] a call is declined by its callee, from this site only, and once", async (scene) => {
  const { service, product, ada, boris } = scene;
  ada.say({ type: "call:initiate", offer });
  await service.has(1);
  const stranger = await visitor(product.url, "Boris", "https://evil.example");
  isError(await stranger.post(`${callPath()}/decline`), 403, "ACCESS_DENIED");
  assert.equal((await (await visitor(product.url, "Ada")).post(`${callPath()}/decline`)).status, 200);
  assert.equal((await boris.get(callPath())).json.state, "ringing");
  for (const _ of [1, 2]) assert.equal((await boris.post(`${callPath()}/decline`)).status, 200);
  await ada.hears("call:rejected");
  assert.deepEqual([ada.of("call:rejected").map(({ reason }) => reason), ada.of("call:error")], [["declined"], []]);
  assert.deepEqual((await boris.get(callPath())).json, { state: "over" });
  assert.equal((await service.has(2)).length, 2, "that it is over is pushed too");
});

scene("[R21] only its person takes a subscription back; then nobody is there", async (scene) => {
  const { service, product, ada, boris, subscription: { endpoint } } = scene;
  const remove = (guest: Guest) =>
    guest.ask("DELETE", "/api/push", JSON.stringify({ endpoint }), { "content-type": "application/json" });
  assert.equal((await remove(await visitor(product.url, "Ada"))).status, 200);
  ada.say({ type: "call:initiate", offer });
  await service.has(1);
  ada.say({ type: "call:end" });
  await service.has(2);
  assert.equal((await remove(boris)).status, 200);
  ada.say({ type: "call:initiate", callId: OTHER_CALL, offer });
  assert.equal(await refusal(ada, OTHER_CALL), "USER_OFFLINE");
});

scene("a service that is busy is asked again; one that refuses is not", async ({ service, product, ada }) => {
  service.answersWith = 503;
  ada.say({ type: "call:initiate", offer });
  await service.has(1);
  service.answersWith = null;
  assert.deepEqual((await service.has(2)).map(({ status }) => status), [503, 201]);
  ada.say({ type: "call:end" });
  await service.has(3);
  service.answersWith = 403;
  ada.say({ type: "call:initiate", callId: OTHER_CALL, offer });
  assert.equal(await refusal(ada, OTHER_CALL), "USER_OFFLINE");
  assert.equal(service.pushed.length, 4);
  assert.match(
    product.output(),
    /The push service https:\/\/127\.0\.0\.1:\d+ took no message: it answered 403: it does not take VAPID/,
  );
  assert.doesNotMatch(product.output(), /\/push\//, "an endpoint is a secret of somebody's browser");
});

Deno.test("push over HTTP: who leaves their last chat is told of nothing any more", async () => {
  await build();
  await using service = await PushService.start();
  await using product = await startProduct({ ...service.environment, ...await vapid() });
  const ada = await Guest.named(product.url, "Ada");
  const chatId = await ada.createChat();
  const boris = await Guest.named(product.url, "Boris");
  const join = async () => assert.equal((await boris.post(`/api/chats/${chatId}/join`)).status, 200);
  await join();
  await boris.post("/api/push", { endpoint: service.endpoint(), keys: await browserKeys() });
  const { user } = (await ada.get("/api/session")).json;
  using device = await Device.open(product, user.id, [chatId]);
  const isReached = async (callId: string) => {
    const { length } = service.pushed;
    device.say({ type: "call:initiate", chatId, callId, offer });
    return await until("what came of it", () => {
      const isRefused = device.of("call:error").some((error) => error.callId === callId);
      return Promise.resolve(service.pushed.length > length ? "reached" : isRefused && "nobody");
    });
  };
  assert.equal(await isReached(CALL), "reached");
  device.say({ type: "call:end", chatId, callId: CALL });
  await service.has(2);
  assert.equal((await boris.post(`/api/chats/${chatId}/leave`)).status, 200);
  await join();
  assert.equal(await isReached(OTHER_CALL), "nobody");
});
