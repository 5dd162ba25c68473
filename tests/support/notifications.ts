/**
 * What a system shows of a Firefox's notifications, and lets people do with them: a notification service of the tests' own in place of the
 * system's, which headless there is none of, behind the same interface (`nsIAlertsService`).
 */

import type { Browser } from "./packages.ts";
import { until } from "./until.ts";

/** As much of WebDriver BiDi as is used, with Firefox's own scope beside it. */
interface Connection {
  send(method: string, params: object): Promise<{ result: Answer }>;
}

interface Answer {
  readonly contexts?: readonly { readonly context: string; readonly url: string }[];
  readonly type?: "success" | "exception";
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

export class Notifications {
  readonly #connection: Connection;
  readonly #context: string;

  private constructor(connection: Connection, context: string) {
    this.#connection = connection;
    this.#context = context;
  }

  /** Of a browser that was launched with `system`, before it shows any. */
  static async of(browser: Browser): Promise<Notifications> {
    const { connection } = browser as unknown as { connection: Connection };
    const { result } = await connection.send("browsingContext.getTree", { "moz:scope": "chrome" });
    const { context } = result.contexts!.find(({ url }) => url === "chrome://browser/content/browser.xhtml")!;
    const notifications = new Notifications(connection, context);
    await notifications.#run(`(${install})()`);
    return notifications;
  }

  /** What is shown, oldest first. */
  async shown(): Promise<{ title: string; actions: string[] }[]> {
    return JSON.parse(String(await this.#run("JSON.stringify(testNotifications.shown())")));
  }

  /** How many were shown so far; one that takes another's place counts too. */
  async count(): Promise<number> {
    return Number(await this.#run("testNotifications.count"));
  }

  /** Somebody waves away all that is shown. */
  async dismiss(): Promise<void> {
    await this.#run("testNotifications.dismiss()");
  }

  /** Somebody clicks on a notification with this title: on the button of this name, or, without one, on its text. */
  async click(title: string, button: string | null = null): Promise<void> {
    const words = [title, button].map((word) => JSON.stringify(word)).join();
    await until(`"${title}" to click on`, async () => await this.#run(`testNotifications.click(${words})`) === true);
  }

  async #run(expression: string): Promise<unknown> {
    const target = { context: this.#context };
    const { result } = await this.#connection.send("script.evaluate", { expression, target, awaitPromise: false });
    if (result.type === "exception") throw new Error(result.exceptionDetails!.text);
    return result.result?.value;
  }
}

interface Alert {
  readonly name: string;
  readonly title: string;
  readonly cookie: string;
  readonly actions: readonly { readonly title: string }[];
}

/** In Firefox. */
function install(): void {
  interface Listener {
    observe(subject: object | null, topic: string, cookie: string): void;
  }
  // deno-lint-ignore no-explicit-any
  const { ChromeUtils, Components, Ci, Services } = globalThis as any;
  const shown = new Map<string, { readonly alert: Alert; readonly listener: Listener | null }>();
  const close = (name: string) => {
    const one = shown.get(name);
    shown.delete(name);
    one?.listener?.observe(null, "alertfinished", one.alert.cookie);
  };
  const show = (alert: Alert, listener: Listener | null) => {
    close(alert.name);
    shown.set(alert.name, { alert, listener });
    testNotifications.count++;
    listener?.observe(null, "alertshow", alert.cookie);
  };
  const service = {
    QueryInterface: ChromeUtils.generateQI(["nsIAlertsService"]),
    showPersistentNotification: (_: string, alert: Alert, listener: Listener | null) => show(alert, listener),
    showAlert: show,
    closeAlert: close,
    getHistory: () => [],
    teardown() {},
    pbmTeardown() {},
  };
  const factory = {
    QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
    createInstance: (iid: unknown) => service.QueryInterface(iid),
  };
  Components.manager.QueryInterface(Ci.nsIComponentRegistrar).registerFactory(
    Services.uuid.generateUUID(),
    "notifications of the tests",
    "@mozilla.org/system-alerts-service;1",
    factory,
  );
  const testNotifications = {
    count: 0,
    shown: () =>
      [...shown.values()].map(({ alert: { title, actions } }) => ({
        title,
        actions: Array.from(actions, (action) => action.title),
      })),
    dismiss() {
      for (const name of [...shown.keys()]) close(name);
    },
    click(title: string, button: string | null) {
      const one = [...shown.values()].find(({ alert }) => alert.title === title);
      const action = button === null
        ? null
        : Array.from(one?.alert.actions ?? []).find(({ title }) => title === button);
      if (one === undefined || action === undefined) return false;
      one.listener?.observe(action, "alertclickcallback", one.alert.cookie);
      return true;
    },
  };
  Object.assign(globalThis, { testNotifications });
}
