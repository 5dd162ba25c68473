/**
 * Where a host application's users get their token. `null`: people come as guests, by invitation. An app for a host application has a
 * function here that asks its server for a token of whoever is signed in (docs/embedding.md), and `null` from that when nobody is.
 */

import type { HostToken } from "../session/session.ts";

export const hostToken: HostToken | null = null;
