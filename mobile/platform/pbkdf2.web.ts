/** In a browser, Web Crypto's. */

import type { Pbkdf2 } from "../../shared/client/platform/platform.ts";
import { pbkdf2 as ofBrowser } from "../../shared/client/platform/browser/pbkdf2.ts";

/** Never on plain http, where there are no calls either. */
export const pbkdf2: Pbkdf2 = ofBrowser!;
