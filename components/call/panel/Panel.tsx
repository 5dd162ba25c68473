import { useLayoutEffect, useRef } from "preact/hooks";
import { pbkdf2 } from "../../../shared/client/platform/browser/pbkdf2.ts";
import { Icon } from "../Icon.tsx";
import { Muted } from "../Muted.tsx";
import { isStaged, type View } from "../view.ts";
import { Devices } from "./Devices.tsx";
import { Extras } from "./Extras.tsx";
import { Keys } from "./Keys.tsx";
import { Preferences } from "./Preferences.tsx";
import { Statistics } from "./Statistics.tsx";
import { Verification } from "./Verification.tsx";

/** What is not needed to ring, accept and talk, in a call and before; loaded when it is opened. */
export function Panel({ view, close }: { view: View; close(): void }) {
  const inCall = isStaged(view.snapshot.call);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog class="panel" ref={dialog} aria-labelledby="panel-title" onClose={close}>
      <header>
        <h2 id="panel-title">{view.t.settings}</h2>
        <button class="round plain" type="button" aria-label={view.t.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Muted view={view} />
      {inCall && <Devices view={view} />}
      <Preferences view={view} />
      <Extras view={view} />
      <Keys view={view} />
      {inCall && <Statistics view={view} />}
      {/* Pages on http have no digests to make digits of. */}
      {inCall && pbkdf2 && <Verification view={view} />}
    </dialog>
  );
}
