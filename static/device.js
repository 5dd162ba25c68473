// The pages of a second device, routes/device.tsx and routes/chat/[id]/device.tsx: what only a script can do there.
{
  const [pass, link, copy] = ["pass", "link", "copy"].map((id) => document.getElementById(id));
  // A fragment does not travel with a request: the form takes it along, once somebody says so.
  const read = () => {
    pass.value = location.hash.slice(1);
    const [who, name] = ["who", "who-name"].map((id) => document.getElementById(id));
    // In whose name this browser will be is said before: the link may be a stranger's. The server believes the pass only as it is signed.
    name.textContent = nameIn(pass.value);
    who.hidden = name.textContent === "";
  };
  const nameIn = (token) => {
    try {
      const json = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(json, (one) => one.charCodeAt(0)))).name ?? "";
    } catch {
      return ""; // no pass at all: the server says so
    }
  };
  if (pass) {
    read();
    addEventListener("hashchange", read);
  }
  if (copy) {
    copy.hidden = false;
    copy.onclick = async () => {
      link.select();
      const isCopied = await navigator.clipboard?.writeText(link.value).then(() => true, () => false);
      if (isCopied || document.execCommand("copy")) copy.textContent = copy.dataset.done;
    };
  }
}
