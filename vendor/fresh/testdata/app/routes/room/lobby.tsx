export default () => <p>lobby</p>;
