/** What a link can have a page of a chat do: nothing that its person did not choose. */

import assert from "node:assert/strict";
import { CHAT, Device } from "../support/device.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { makeOffer, tokenOf, vapid } from "../support/push_scene.ts";

const CALL_ID = "call-0123456789-of-a-stranger";

for (const hash of [`#accept=${CALL_ID}`, "#accept"]) {
  Deno.test(`push: a link with ${hash} has a page accept no call of whoever sent it`, async () => {
    await build();
    await using product = await startProduct(await vapid());
    await using browser = await launch();
    await using boris = await Person.enter(browser);
    using ada = await Device.open(product, "Ada");
    await boris.comesAs({ cookie: `zvonok_session=${await tokenOf("Boris")}` }, `${product.url}/chat/${CHAT}${hash}`);
    await boris.online();
    const offer = await boris.page.evaluate(makeOffer);
    ada.say({ type: "call:initiate", callId: CALL_ID, offer });
    await ada.hears("call:ringing", "that it rings");
    // What accepts by itself has done so by now.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual(ada.of("call:answer"), []);
    await boris.sees("button", "Accept");
  });
}
