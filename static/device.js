// The pages of a second device, routes/device.tsx and routes/chat/[id]/device.tsx: what only a script can do there.
{
  const [pass, link, copy] = ["pass", "link", "copy"].map((id) => document.getElementById(id));
  // A fragment does not travel with a request: the form takes it along, once somebody says so.
  if (pass) pass.value = location.hash.slice(1);
  if (copy) {
    copy.hidden = false;
    copy.onclick = async () => {
      link.select();
      const isCopied = await navigator.clipboard?.writeText(link.value).then(() => true, () => false);
      if (isCopied || document.execCommand("copy")) copy.textContent = copy.dataset.done;
    };
  }
}
