/** What a first picture can do without: loaded when it is there, when it is opened, or when there is something wrong to be told. */

export { DeviceCheck } from "./panel/DeviceCheck.tsx";
export { Outsider } from "./Outsider.tsx";
export { Panel } from "./panel/Panel.tsx";
export { Problem } from "./Problem.tsx";
export { ConnectionQuality } from "./ConnectionQuality.tsx";
