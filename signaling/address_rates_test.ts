import assert from "node:assert/strict";
import { AddressRates } from "./address_rates.ts";

const SECRET = "a secret of all processes";

/** Processes at one time, which a test sets. */
function processes(count: number, secret: string | null = SECRET) {
  const clock = { now: 0 };
  const all = Array.from(
    { length: count },
    () => new AddressRates({ socketsPerMinute: 3, secret, now: () => clock.now }),
  );
  const tell = () => {
    for (const [n, one] of all.entries()) {
      const spent = one.untold();
      for (const [m, other] of all.entries()) if (m !== n) other.charge(spent);
    }
  };
  const taken = (rates: AddressRates, address = "192.0.2.1", tries = 10) =>
    Array.from({ length: tries }, () => rates.take("sockets", address)).filter((waitMs) => waitMs === 0).length;
  return { clock, all, tell, taken };
}

Deno.test("[R18] what one process gave an address the others do not give once they were told; others' addresses have theirs", () => {
  const { all: [one, two], tell, taken, clock } = processes(2);
  assert.equal(taken(one!, "192.0.2.1", 2), 2);
  tell();
  assert.deepEqual([taken(two!), taken(two!, "192.0.2.2")], [1, 3]);
  tell();
  assert.equal(one!.take("sockets", "192.0.2.1"), 20_000);
  clock.now = 20_000;
  assert.equal(taken(one!), 1, "one for all of them");
  tell();
  assert.equal(taken(two!), 0);
  assert.equal(two!.take("writes", "192.0.2.1"), 0, "of something else");
});

Deno.test("[R18] where five processes give at the same moment, the address is in debt until the rate holds again", () => {
  const { all, tell, taken, clock } = processes(5);
  const at = (now: number) => {
    clock.now = now;
    const given = all.reduce((sum, one) => sum + taken(one), 0);
    tell();
    return given;
  };
  // Fifteen sockets are one burst, and four minutes of the rate.
  assert.deepEqual([at(0), at(60_000), at(180_000), at(240_000)], [15, 0, 0, 0]);
  assert.ok(at(260_000) > 0);
});

Deno.test("[R18] addresses are told of by a hash with the secret of all, and only where there are others", () => {
  const { all: [one], taken } = processes(1);
  taken(one!);
  const [[told, count]] = one!.untold() as [[string, number]];
  assert.match(told, /^sockets [\w-]{16}$/);
  assert.equal(count, 3);
  const { all: [stranger], taken: taken2 } = processes(1, "another secret of others");
  taken2(stranger!);
  assert.notEqual(stranger!.untold()[0]![0], told);
  const { all: [alone], taken: taken3 } = processes(1, null);
  assert.equal(taken3(alone!), 3);
  assert.deepEqual(alone!.untold(), []);
});

Deno.test("[R18] what could not be told in time is forgotten, and no more than a thousand addresses wait", () => {
  const { all: [one], taken, clock } = processes(1);
  for (let n = 0; n < 2_000; n++) taken(one!, `address ${n}`, 1);
  assert.equal(one!.untold().length, 1_000);
  taken(one!, "early", 1);
  clock.now = 3_001;
  taken(one!, "late", 1);
  assert.equal(one!.untold().length, 1);
  taken(one!, "early", 1);
  clock.now = 6_003;
  assert.deepEqual(one!.untold(), []);
});

Deno.test("[R18] what a newer release counts is nothing to this one", () => {
  const { all: [one], taken } = processes(1);
  one!.charge([["unknown key", 5]]);
  assert.equal(taken(one!), 3);
});
