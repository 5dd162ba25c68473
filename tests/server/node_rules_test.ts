/** Every rule of the protocol with its people at two processes over one Redis: none depends on who is where. */

import assert from "node:assert/strict";
import { Cluster } from "../support/cluster.ts";
import { GOING_ON } from "../support/node_rules/going_on.ts";
import { RINGING } from "../support/node_rules/ringing.ts";
import { GRACE_MS, RING_MS } from "../support/node_rules/stage.ts";
import { HAS_REDIS } from "../support/redis.ts";

const SCENES = { ...RINGING, ...GOING_ON };
/** Rules that need more than a store, with the test that has them over two processes. */
const ELSEWHERE = { R21: "../push/nodes_test.ts" };

Deno.test({
  name: "processes: every rule holds between two of them",
  ignore: !HAS_REDIS,
  async fn(t) {
    const page = await Deno.readTextFile(new URL("../../docs/protocol.md", import.meta.url));
    const rules = [...page.matchAll(/^- \*\*(R\d+) (.*?)\*\*/gm)].map(([, rule, says]) => ({
      rule: rule!,
      says: says!,
    }));
    const proved = [...Object.keys(SCENES), ...Object.keys(ELSEWHERE)];
    assert.deepEqual(rules.map(({ rule }) => rule), proved, "a scene for each rule");
    for (const [rule, path] of Object.entries(ELSEWHERE)) {
      assert.match(await Deno.readTextFile(new URL(path, import.meta.url)), new RegExp(`\\[${rule}\\]`));
    }
    const env = { RING_TIMEOUT_MS: String(RING_MS), GRACE_MS: String(GRACE_MS) };
    await using cluster = await Cluster.start(2, { env });
    for (const { rule, says } of rules.filter(({ rule }) => rule in SCENES)) {
      const chatId = `chat-of-${rule}`;
      const userId = (name: string) => `${name}-of-${rule}`;
      await t.step({
        name: `[${rule}] ${says}`,
        sanitizeOps: false,
        sanitizeResources: false,
        async fn() {
          await SCENES[rule]!({
            cluster,
            chatId,
            userId,
            enter: (node, name, who) => cluster.enter(node, userId(name), { chats: [chatId], ...who }),
          });
          await cluster.closeAll();
        },
      });
    }
  },
});
