import { define } from "../define.ts";

export default define.page(({ error }) => <p>failed: {String(error)}</p>);
