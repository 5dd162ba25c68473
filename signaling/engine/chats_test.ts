import assert from "node:assert/strict";
import { type ChatLimits, Chats } from "./chats.ts";

function chats(limits: Partial<ChatLimits> = {}): Chats {
  return new Chats({
    capacity: 2,
    maxChats: 1_000,
    chatsOfUser: 64,
    idleMs: 1_000,
    isInUse: () => false,
    onLeave: () => {},
    ...limits,
  });
}

Deno.test("chats: [R1] a full chat and an unknown one refuse alike, and a member keeps the seat", () => {
  const registry = chats();
  assert.equal(registry.join("nowhere", "ann", "Ann", 0), false);
  registry.admit("chat", "ann", "Ann", 0);
  assert.equal(registry.join("chat", "bob", "Bob", 0), true);
  assert.equal(registry.join("chat", "eve", "Eve", 0), false);
  assert.equal(registry.join("chat", "ann", "Anna", 0), true);
  assert.deepEqual([...registry.members("chat")], [["ann", "Anna"], ["bob", "Bob"]]);
});

Deno.test("chats: [R18] more than may be kept: the ones unused for longest are forgotten", () => {
  const registry = chats({ maxChats: 100 });
  for (let n = 0; n < 500; n++) {
    registry.admit(`chat ${n}`, `user ${n}`, "Name", n / 1_000);
    registry.admit("kept", "ann", "Ann", n / 1_000);
  }
  assert.equal(registry.size, 100);
  assert.equal(registry.members("kept").size, 1);
  assert.equal(registry.members("chat 1").size, 0);
  assert.equal(registry.chatsOf("user 1").size, 0, "nothing is left of them");
});

Deno.test("chats: [R18] an idle chat is forgotten, one with somebody online is not, and a token brings it back", () => {
  const registry = chats({ isInUse: (chatId) => chatId === "busy" });
  registry.admit("idle", "ann", "Ann", 0);
  registry.admit("busy", "ann", "Ann", 0);
  registry.admit("new", "bob", "Bob", 2_000);
  assert.deepEqual(["idle", "busy", "new"].map((id) => registry.members(id).size), [0, 1, 1]);
  assert.equal(registry.admit("idle", "ann", "Ann", 2_001), true);
  assert.equal(registry.members("idle").size, 1);
});

Deno.test("chats: [R18] more than may be kept, all in use: the bound holds", () => {
  const registry = chats({ maxChats: 100, isInUse: () => true });
  for (let n = 0; n < 300; n++) registry.admit(`chat ${n}`, `user ${n}`, "Name", n);
  assert.equal(registry.size, 100);
});

Deno.test("chats: [R18] a user is in their newest chats only", () => {
  const registry = chats({ chatsOfUser: 3 });
  for (let n = 0; n < 5; n++) registry.admit(`chat ${n}`, "ann", "Ann", n);
  assert.deepEqual([...registry.chatsOf("ann")], ["chat 2", "chat 3", "chat 4"]);
  assert.equal(registry.size, 3, "nobody is left in the others");
});

Deno.test("chats: a seat that was freed is not taken back by an older token, but by joining and by a newer one", () => {
  const left: string[] = [];
  const registry = chats({ onLeave: (chatId, userId) => left.push(`${chatId} ${userId}`) });
  registry.admit("chat", "ann", "Ann", 0, 1_000);
  registry.admit("chat", "bob", "Bob", 0, 1_000);
  registry.free("chat", "bob", 5_000);
  assert.deepEqual(left, ["chat bob"]);
  for (const issuedAt of [0, 1_000, 5_000]) assert.equal(registry.admit("chat", "bob", "Bob", 0, issuedAt), false);
  assert.deepEqual([...registry.members("chat").keys()], ["ann"]);
  assert.equal(registry.join("chat", "bob", "Bob", 0), true);
  registry.free("chat", "bob", 6_000);
  assert.equal(registry.admit("chat", "bob", "Bob", 0, 6_001), true);
  registry.free("chat", "nobody", 7_000);
  registry.free("nowhere", "bob", 7_000);
  assert.deepEqual([...registry.members("chat").keys()], ["ann", "bob"]);
});

Deno.test("chats: [R1] one that everybody left is like an unknown one, and older tokens do not bring it back", () => {
  const registry = chats();
  for (const user of ["ann", "bob"]) registry.admit("chat", user, user, 0, 1_000);
  registry.free("chat", "bob", 5_000);
  registry.free("chat", "ann", 6_000);
  for (const user of ["ann", "bob"]) assert.equal(registry.admit("chat", user, user, 0, 4_000), false, user);
  for (const user of ["ann", "bob", "eve"]) assert.equal(registry.join("chat", user, user, 0), false, user);
  assert.equal(registry.members("chat").size, 0);
  assert.equal(registry.maker("chat"), null);
  assert.equal(registry.chatsOf("ann").size, 0);
  assert.equal(registry.admit("chat", "ann", "Ann", 0, 7_000), true, "a newer token does");
});

Deno.test("chats: [R18] those that everybody left are forgotten like all others", () => {
  for (const idleMs of [1_000, Infinity]) {
    const registry = chats({ maxChats: 100, idleMs, isInUse: () => true });
    for (let n = 0; n < 300; n++) {
      registry.admit(`chat ${n}`, "ann", "Ann", n, 1_000);
      registry.free(`chat ${n}`, "ann", 2_000);
    }
    assert.equal(registry.size, 100);
  }
  const idle = chats();
  idle.admit("chat", "ann", "Ann", 0, 1_000);
  idle.free("chat", "ann", 2_000);
  idle.admit("new", "bob", "Bob", 5_000);
  assert.equal(idle.size, 1);
});

Deno.test("chats: whoever was put out stays out, however many come and go after that", () => {
  const registry = chats();
  for (const user of ["ann", "bob"]) registry.admit("chat", user, user, 0, 1_000);
  registry.free("chat", "bob", 5_000);
  for (let n = 0; n < 200; n++) {
    assert.equal(registry.join("chat", `eve ${n}`, "Eve", 0), true);
    registry.free("chat", `eve ${n}`, 6_000 + n);
  }
  for (const user of ["bob", "eve 0", "eve 199"]) {
    assert.equal(registry.admit("chat", user, "B", 0, 5_000), false, user);
  }
  assert.equal(registry.admit("chat", "ann", "Anna", 0, 1_000), true, "members are members, whenever they came");
  assert.deepEqual([...registry.members("chat")], [["ann", "Anna"]]);
  assert.equal(registry.join("chat", "bob", "Bob", 0), true);
  assert.equal(registry.admit("chat", "bob", "Robert", 0, 5_000), true);
});

Deno.test("chats: who made one is who a token of a member says, as long as they are in it", () => {
  const registry = chats();
  registry.setMaker("chat", "ann");
  registry.admit("chat", "bob", "Bob", 0, 1_000);
  registry.setMaker("chat", "ann");
  assert.equal(registry.maker("chat"), null);
  registry.admit("chat", "ann", "Ann", 0, 1_000);
  registry.setMaker("chat", "ann");
  assert.equal(registry.maker("chat"), "ann");
  registry.free("chat", "ann", 2_000);
  assert.equal(registry.maker("chat"), null);
});
