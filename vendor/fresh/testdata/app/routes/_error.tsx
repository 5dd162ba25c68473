import { define } from "./(_kit)/define.ts";

export default define.page(({ error }) => <p>failed: {String(error)}</p>);
