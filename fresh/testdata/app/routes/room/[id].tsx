import { define } from "../../define.ts";

export default define.page(async ({ params }) => {
  await Promise.resolve();
  return <p>room {params.id}</p>;
});
