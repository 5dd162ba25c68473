const paths = {
  video:
    "M3 7.5A2.5 2.5 0 0 1 5.5 5h7A2.5 2.5 0 0 1 15 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 3 16.5zM15 10.5l6-3.5v10l-6-3.5",
  videoOff:
    "M3 3l18 18M10 5h2.5A2.5 2.5 0 0 1 15 7.5V10.5l6-3.5v10l-3-1.7M15 15v1.5a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 3 16.5v-9a2.5 2.5 0 0 1 1.5-2.3",
  mic: "M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  micOff:
    "M3 3l18 18M9 9v2a3 3 0 0 0 4.5 2.6M15 10.5V6a3 3 0 0 0-5.8-1.1M5.5 11a6.5 6.5 0 0 0 10.3 5.3M18.5 11a6.4 6.4 0 0 1-.6 2.7M12 17.5V21",
  phone:
    "M8.2 4.5 9.8 8a1.3 1.3 0 0 1-.3 1.5L8.2 10.8a11 11 0 0 0 5 5l1.3-1.3a1.3 1.3 0 0 1 1.5-.3l3.5 1.6c.5.2.8.7.8 1.2v2a1.6 1.6 0 0 1-1.7 1.6A15.6 15.6 0 0 1 3.4 5.4 1.6 1.6 0 0 1 5 3.7h2c.5 0 1 .3 1.2.8z",
  hangUp:
    "M3 15.2c-.3-1-.4-2 .3-2.8C8 8 16 8 20.7 12.4c.7.8.6 1.8.3 2.8l-.2.6a1.3 1.3 0 0 1-1.6.8l-3-.9a1.3 1.3 0 0 1-.9-1.1l-.2-1.9a11 11 0 0 0-6.2 0l-.2 1.9a1.3 1.3 0 0 1-.9 1.1l-3 .9a1.3 1.3 0 0 1-1.6-.8z",
  screen:
    "M3 6.5A1.5 1.5 0 0 1 4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15.5zM8 20.5h8M12 14V8.5M9 11l3-3 3 3",
  close: "M6 6l12 12M18 6 6 18",
  expand: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  picture: "M10 19H4.5A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5h15A1.5 1.5 0 0 1 21 6.5V10M13 14h8v5h-8z",
  flip: "M4 9a8 8 0 0 1 14-3l2 2M20 3v5h-5M20 15a8 8 0 0 1-14 3l-2-2M4 21v-5h5",
  settings: "M4 8h9M17 8h3M4 16h3M11 16h9M17 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM11 16a2 2 0 1 1-4 0 2 2 0 0 1 4 0z",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.7 7.7 0 0 1 0 11",
};

/** The name of an icon. */
export type IconName = keyof typeof paths;

/** A line icon in the colour of the text around it. It says nothing to screen readers: what holds it has a name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
