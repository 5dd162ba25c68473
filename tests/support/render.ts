/** Renders components to text. Not among `packages.ts`: what renders the product's pages brings it along, so deno.lock has it too. */

export { renderToString } from "npm:preact-render-to-string@6.8.2";
