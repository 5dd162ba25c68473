import { define } from "../(_kit)/define.ts";

export default define.page(({ params }) => <p>room {params.id}</p>);
