import { asset } from "fresh/runtime";
import { define } from "./(_kit)/define.ts";

/** `GET /manifest.webmanifest`: the site as an app on a home screen (W3C Web Application Manifest), in the language of who asks. */
export const handler = define.handlers({
  GET({ state: { locale, t } }) {
    const icon = (name: string, size: number, purpose: "any" | "maskable") => ({
      src: asset(`/icons/${name}.png`),
      sizes: `${size}x${size}`,
      type: "image/png",
      purpose,
    });
    const manifest = {
      id: "/",
      start_url: "/",
      scope: "/",
      name: t.page.brand,
      short_name: t.page.brand,
      description: t.lobby.headline,
      lang: locale,
      display: "standalone",
      background_color: "#2b2035",
      theme_color: "#2b2035",
      icons: [icon("192", 192, "any"), icon("512", 512, "any"), icon("maskable", 512, "maskable")],
      shortcuts: [{ name: t.lobby.newChat, url: "/" }, { name: t.lobby.doctor, url: "/doctor" }],
    };
    return new Response(JSON.stringify(manifest), { headers: { "content-type": "application/manifest+json" } });
  },
});
