import { Broken } from "../islands/Broken.tsx";
import { define } from "./(_kit)/define.ts";

export default define.page(({ url }) =>
  url.search === "?children" ? <Broken>{<p>text</p>}</Broken> : <Broken onClick={() => {}} />
);
