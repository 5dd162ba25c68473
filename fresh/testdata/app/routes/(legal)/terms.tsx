export default () => <p>terms</p>;
