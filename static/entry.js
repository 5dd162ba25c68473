// The page in a frame whose browser keeps no cookie there (routes/chat/[id].tsx): its form takes the key along, which is in the fragment.
{
  const read = () => document.getElementById("entry").value = location.hash.slice(1);
  read();
  addEventListener("hashchange", read);
}
