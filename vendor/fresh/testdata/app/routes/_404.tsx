export default () => <p>nothing here</p>;
