/**
 * Components that a call needs only after its first remote frame, when somebody opens them, when something fails, or when there are
 * calls to list: one module, loaded at the first of these.
 */

export { DeviceCheck } from "./chat/DeviceCheck.tsx";
export { History } from "./chat/History.tsx";
export { Outsider } from "./chat/Outsider.tsx";
export { Panel } from "./panel/Panel.tsx";
export { Problem } from "./Problem.tsx";
export { ConnectionQuality } from "./stage/ConnectionQuality.tsx";
