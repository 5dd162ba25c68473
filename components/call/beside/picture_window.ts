/** A small window over all others, which a page draws itself (WICG Document Picture-in-Picture): in Chromium on computers. */

interface DocumentPictureInPicture extends EventTarget {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

/** `undefined` where the browser has none; in a frame it would refuse it. */
export const documentPicture = parent === self
  ? (globalThis as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture
  : undefined;

/** Opens one with this page's styles and language. Rejects without a press just before it, and where the browser allows none. */
export async function openPictureWindow(size: { width: number; height: number }): Promise<Window> {
  const opened = await documentPicture!.requestWindow(size);
  const { document: small } = opened;
  small.documentElement.lang = document.documentElement.lang;
  small.title = document.title;
  for (const styles of document.querySelectorAll('link[rel="stylesheet"]')) small.head.append(styles.cloneNode());
  return opened;
}
