/** What a browser was told of a device (W3C Permissions, `PermissionStatus`), as far as the call client looks at it. */

export class Permission extends EventTarget {
  state: PermissionState;

  constructor(state: PermissionState) {
    super();
    this.state = state;
  }

  /** The person changes it: in answer to a question, or in the browser's settings. */
  set(state: PermissionState): void {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}
