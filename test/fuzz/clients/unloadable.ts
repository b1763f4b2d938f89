for (;;);

export default () => {};
