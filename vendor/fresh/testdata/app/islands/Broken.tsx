export function Broken(props: { onClick?: () => void; children?: unknown }) {
  return <p>{typeof props.onClick}</p>;
}
