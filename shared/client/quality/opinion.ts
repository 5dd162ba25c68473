/** What a conversation is worth to who listens, by the E-model (ITU-T G.107): as the benchmark judges it, and as people and receipts are told. */

/** What the E-model gives without any impairment of the network's, by its default values (ITU-T G.107, table 2). */
const BEST = 93.2;
/** How well a decoder conceals loss: that of G.711 with concealment (ITU-T G.113, table I.2), as none is published for Opus. */
const BPL = 25.1;

/**
 * The mean opinion score of a conversation, from 1 to 4.5, by the E-model (ITU-T G.107): the delay from mouth to ear in ms (`Idd`) and the
 * share of the voice that was concealed, from 0 to 1 (`Ie,eff`, with an `Ie` of 0). A figure to compare by, no verdict on how Opus sounds.
 */
export function opinionScore(delayMs: number, concealed: number): number {
  const x = Math.log2(Math.max(delayMs, 100) / 100);
  const delay = delayMs <= 100 ? 0 : 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
  const percent = concealed * 100;
  const loss = 95 * percent / (percent + BPL);
  const r = Math.min(Math.max(BEST - delay - loss, 0), 100);
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
